import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

const paths = {
  well: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM5 8.2l2.1 2.1L11.2 6',
  warning: 'M8 2 14.6 13.6H1.4zM8 6.4v3.4M8 11.6v.1',
  alarm: 'M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3zM8 4.6v4.2M8 11v.1',
  notice: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM8 7.4v3.8M8 4.9v.1',
  unknown:
    'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM6.2 6.3a1.9 1.9 0 1 1 2.7 1.7c-.6.3-.9.7-.9 1.3M8 11.4v.1',
  waiting: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM8 4.6V8l2.3 1.7',
  off: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM5 8h6',
  primary: 'M8 1.8l1.9 4 4.4.5-3.2 3 .9 4.3L8 11.5l-4 2.1.9-4.3-3.2-3 4.4-.5z',
  replica: 'M8 2v9.5M4 8l4 4 4-4M3 14.2h10',
  right: 'M3 8h9.5M9 4.5 12.5 8 9 11.5',
} as const;
export type IconName = keyof typeof paths;

/** Never alone: a word stands beside it, so it is hidden from screen readers. */
export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg
    class={`icon icon-${name}`}
    viewBox="0 0 16 16"
    width="16"
    height="16"
    aria-hidden="true"
    focusable="false"
  >
    <path d={paths[name]} />
  </svg>
);

export type Tone = 'well' | 'warning' | 'alarm' | 'notice' | 'quiet';

/** A state as icon and word; the colour only repeats them. */
export const Badge = ({
  tone,
  icon,
  children,
}: {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly children: ComponentChildren;
}) => (
  <span class={`badge tone-${tone}`}>
    <Icon name={icon} />
    <span>{children}</span>
  </span>
);

export const Section = ({
  id,
  title,
  aside,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}) => (
  <section id={id} aria-labelledby={`${id}-title`} class="section">
    <div class="section-head">
      <h2 id={`${id}-title`}>{title}</h2>
      {aside !== undefined && <p class="aside">{aside}</p>}
    </div>
    {children}
  </section>
);

/** Name and value pairs. */
export const Facts = ({ children }: { readonly children: ComponentChildren }) => (
  <dl class="facts">{children}</dl>
);
export const Fact = ({ name, children }: { readonly name: string; readonly children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** Words in which `backticks` mark what is typed. */
export const Prose = ({ text }: { readonly text: string }) => (
  <>{text.split('`').map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}</>
);

export const Nothing = ({ children }: { readonly children: ComponentChildren }) => (
  <p class="nothing">{children}</p>
);

/** Holds a wide table; can be scrolled by keyboard exactly when there is something to scroll. */
export const Scroll = ({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) => {
  const box = useRef<HTMLDivElement>(null);
  const [wide, setWide] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWide(element.scrollWidth > element.clientWidth + 1));
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, []);
  const reachable = wide ? { tabIndex: 0, role: 'group' as const, 'aria-label': label } : {};
  return (
    <div class="scroll" ref={box} {...reachable}>
      {children}
    </div>
  );
};
