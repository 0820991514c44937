import type { Judgement, Verdict } from '@howdah/status/judge';
import type { Area, Finding, Level } from '@howdah/status/judge/finding';
import { coarse } from './format.ts';
import { Icon, Prose } from './parts.tsx';

const verdictWords: Readonly<Record<Verdict, string>> = {
  well: 'Nothing to do',
  warning: 'Look today',
  alarm: 'Act now',
  unknown: 'Not known',
};

const levelWords: Readonly<Record<Level, string>> = {
  alarm: 'Act now',
  warning: 'Look today',
  notice: 'Worth knowing',
};

/** A list that one takes in at a glance; the others are one key away. */
const shownAtOnce = 5;

/** Where on the page more is said. */
const anchors: Readonly<Record<Area, string>> = {
  members: 'members',
  agents: 'members',
  backups: 'backups',
  logs: 'logs',
  audit: 'audit',
  configuration: 'configuration',
};

/** Whether all is well, in one sentence; then everything that was found, the worst first. */
export const Headline = ({
  judgement,
  lostForSeconds,
  error,
}: {
  readonly judgement: Judgement;
  readonly lostForSeconds: number | undefined;
  readonly error: string | undefined;
}) => {
  const verdict: Verdict = lostForSeconds === undefined ? judgement.verdict : 'unknown';
  const sentence =
    lostForSeconds === undefined
      ? judgement.sentence
      : `The console has not answered for ${coarse(lostForSeconds)}: what stands here is that old.`;
  const announced =
    lostForSeconds === undefined
      ? [
          verdictWords[verdict],
          ...judgement.findings.filter(isSerious).map(({ says }) => withoutNumbers(says)),
        ]
      : ['The console does not answer.'];
  return (
    <section class={`headline verdict-${verdict}`} aria-labelledby="headline">
      <Icon name={verdict} />
      <div class="headline-text">
        <p class="eyebrow">{verdictWords[verdict]}</p>
        <h1 id="headline">{sentence}</h1>
        {lostForSeconds !== undefined && error !== undefined && <p class="muted">Last failure: {error}.</p>}
        <Findings findings={judgement.findings} />
      </div>
      <p class="hidden" role="status">
        {announced.join(' ')}
      </p>
    </section>
  );
};

const Findings = ({ findings }: { readonly findings: readonly Finding[] }) => {
  if (findings.length === 0) return null;
  const folded = findings.slice(shownAtOnce);
  return (
    <>
      <ul class="findings" aria-label="What was found, the worst first">
        {findings.slice(0, shownAtOnce).map((finding) => (
          <FindingItem key={finding.id} finding={finding} />
        ))}
      </ul>
      {folded.length > 0 && (
        <details class="more">
          <summary>{folded.length} more</summary>
          <ul class="findings" aria-label="What else was found">
            {folded.map((finding) => (
              <FindingItem key={finding.id} finding={finding} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
};

const isSerious = ({ level }: Finding): boolean => level !== 'notice';

/** A screen reader is told when something new is wrong, not each second that it lasts. */
const withoutNumbers = (text: string): string =>
  text.replace(/\d+(\.\d+)? (s|min|h|d|[KMGTP]?i?B)\b/g, '').trim();

const FindingItem = ({ finding }: { readonly finding: Finding }) => (
  <li class={`finding tone-${finding.level}`}>
    <Icon name={finding.level} />
    <div>
      <p>
        <span class="level">{levelWords[finding.level]}</span>{' '}
        <a href={`#${anchors[finding.area]}`}>
          <Prose text={finding.says} />
        </a>
      </p>
      <p class="todo">
        <Prose text={finding.todo} />
      </p>
    </div>
  </li>
);
