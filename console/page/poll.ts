import type { FleetAnswer } from '../answer.ts';

/** What the page knows: the console's last answer, and how the newest question went. */
export interface Polled {
  readonly answer?: FleetAnswer;
  /** On the browser's monotonic clock, when `answer` came. */
  readonly answeredAtMs?: number;
  /** Why the newest question failed. */
  readonly error?: string;
}

const timeoutMs = 5_000;
/** Before the first answer there is no word from the console on how often to ask. */
const firstRetryMs = 2_000;

const askOnce = async (signal: AbortSignal): Promise<FleetAnswer> => {
  const response = await fetch('/api/fleet', {
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    cache: 'no-store',
  });
  if (!response.ok) throw new Error(`it answers with HTTP status ${response.status}`);
  return (await response.json()) as FleetAnswer;
};

/** Asks again and again while the page is seen, and at once when it is seen again. */
export const poll = async (tell: (polled: Polled) => void, signal: AbortSignal): Promise<void> => {
  let polled: Polled = {};
  while (!signal.aborted) {
    try {
      polled = { answer: await askOnce(signal), answeredAtMs: performance.now() };
    } catch (error) {
      if (signal.aborted) return;
      polled = { ...polled, error: error instanceof Error ? error.message : String(error) };
    }
    tell(polled);
    await pause(polled.answer === undefined ? firstRetryMs : polled.answer.refreshSeconds * 1_000, signal);
  }
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
      resolve();
    };
    const seen = () => {
      if (!document.hidden) done();
    };
    const timer = setTimeout(() => {
      if (!document.hidden) done();
    }, ms);
    document.addEventListener('visibilitychange', seen);
    signal.addEventListener('abort', done, { once: true });
  });
