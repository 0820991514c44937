import { styleText } from 'node:util';

/** How words are set off; with colours only where somebody sees them. */
export interface Style {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly alarm: (text: string) => string;
}

type Format = Parameters<typeof styleText>[0];

/** Colours on a terminal, unless NO_COLOR is set (https://no-color.org) or the terminal is dumb. */
export const styleFor = (stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Style => {
  const coloured = stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const set = (format: Format) => (text: string) =>
    coloured ? styleText(format, text, { validateStream: false }) : text;
  return {
    strong: set('bold'),
    faint: set('dim'),
    good: set('green'),
    warning: set('yellow'),
    alarm: set(['bold', 'red']),
  };
};
