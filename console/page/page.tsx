import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { App } from './app.tsx';
import { type Polled, poll } from './poll.ts';

const tickMs = 1_000;

/** The console's last answer and the time that has passed since, to the second. */
const Page = () => {
  const [polled, setPolled] = useState<Polled>({});
  const [nowMs, setNowMs] = useState(performance.now());
  useEffect(() => {
    const stop = new AbortController();
    void poll((next) => {
      setPolled(next);
      setNowMs(performance.now());
    }, stop.signal);
    const timer = setInterval(() => setNowMs(performance.now()), tickMs);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, []);
  return <App polled={polled} nowMs={nowMs} />;
};

const root = document.getElementById('page');
if (root !== null) {
  root.replaceChildren();
  render(<Page />, root);
}
