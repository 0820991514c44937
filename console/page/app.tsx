import type { Fleet } from '@howdah/status/fleet';
import { useEffect } from 'preact/hooks';
import { Audit } from './audit.tsx';
import { Backups } from './backups.tsx';
import { Configuration } from './configuration.tsx';
import { AtAGlance } from './glance.tsx';
import { Header } from './header.tsx';
import { Headline } from './headline.tsx';
import { Logs } from './logs.tsx';
import { Members } from './members.tsx';
import type { Polled } from './poll.ts';

/** This many missed answers of the console itself are no longer a hiccup. */
const missedAnswers = 3;

/** The whole page as a function of what is known and of the time. */
export const App = ({ polled, nowMs }: { readonly polled: Polled; readonly nowMs: number }) => {
  const { answer, answeredAtMs, error } = polled;
  const verdict = answer?.judgement.verdict;
  useEffect(() => {
    const marks = { well: '', warning: '▲ ', alarm: '⬣ ', unknown: '? ' };
    document.title = `${verdict === undefined ? '' : marks[verdict]}${answer?.fleet.cluster.answer?.scope ?? 'Howdah'}`;
  }, [verdict, answer?.fleet.cluster.answer?.scope]);
  if (answer === undefined || answeredAtMs === undefined) return <Empty error={error} />;
  const ageSeconds = Math.max(0, (nowMs - answeredAtMs) / 1_000);
  // The console's clock, carried on by the browser's: the two may differ.
  const now = new Date(Date.parse(answer.fleet.now) + ageSeconds * 1_000).toISOString();
  const fleet: Fleet = { ...answer.fleet, now };
  const lost = ageSeconds > answer.refreshSeconds * missedAnswers + 2;
  return (
    <>
      <Header fleet={fleet} ageSeconds={ageSeconds} lost={lost} />
      <main class={lost ? 'page old' : 'page'}>
        <Headline judgement={answer.judgement} lostForSeconds={lost ? ageSeconds : undefined} error={error} />
        <AtAGlance fleet={fleet} />
        <Members fleet={fleet} />
        <Backups fleet={fleet} />
        <Logs fleet={fleet} recent={answer.recent} />
        <Audit fleet={fleet} />
        <Configuration fleet={fleet} />
      </main>
      <footer class="footer">
        <p>
          Times are UTC unless a zone is named. <code>howdah status</code> says the same in a terminal.
        </p>
      </footer>
    </>
  );
};

const Empty = ({ error }: { readonly error: string | undefined }) => (
  <main class="empty" aria-busy={error === undefined}>
    <h1>Howdah</h1>
    {error === undefined ? (
      <p>Asking the members…</p>
    ) : (
      <p role="alert">The console does not answer ({error}). It is asked again every two seconds.</p>
    )}
  </main>
);
