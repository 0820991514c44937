import { lastWorkMs, StopRequest } from './agent.ts';
import { givenUpAfterMs, gracePlan, kubernetesGraceMs } from './grace.ts';

/** Where nobody told a time: that of Kubernetes' own grace period. */
const defaultLastWorkMs = gracePlan(kubernetesGraceMs, false).lastWorkMs;

/** Why the agent is told to stop. */
export const whyOf = (signal: AbortSignal): string =>
  signal.reason instanceof StopRequest ? signal.reason.why : 'shutdown';

/** Resolves when `signal` aborts. */
export const aborted = async (signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
};

/** At a shutdown an agent may not hold the process up for ever; when replaced it may finish what it does. */
export const withStopDeadline = async (running: Promise<void>, shutdown: AbortSignal): Promise<void> => {
  const done = new AbortController();
  const deadline = async (): Promise<never> => {
    await aborted(AbortSignal.any([shutdown, done.signal]));
    if (done.signal.aborted) return new Promise<never>(() => undefined);
    const stopDeadlineMs = givenUpAfterMs(lastWorkMs(shutdown) ?? defaultLastWorkMs);
    await new Promise((resolve) => setTimeout(resolve, stopDeadlineMs).unref());
    throw new Error(`did not stop within ${stopDeadlineMs / 1_000} s`);
  };
  try {
    await Promise.race([running, deadline()]);
  } finally {
    done.abort();
  }
};
