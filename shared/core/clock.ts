import { setTimeout as delay } from 'node:timers/promises';

/** Time as a parameter, so that a test can be the one who lets it pass. */
export interface Clock {
  /** Wall-clock time; may jump. */
  now(): Date;
  /** Milliseconds that only grow, for measuring durations. */
  monotonicMs(): number;
  /** Resolves after `ms`, rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Node's timers hold a signed 32-bit number of milliseconds; a longer delay would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    signal.throwIfAborted();
    await delay(Math.min(Math.max(ms, 0), longestDelayMs), undefined, { signal });
  },
};
