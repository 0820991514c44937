import type { Clock } from '@howdah/core/clock';
import { schedule } from 'node-cron';

/** Lets a loop wait, and others end its waiting. */
export interface Wake {
  /** Ends the wait under way, or the next one if there is none. */
  now(): void;
  /** Resolves after `ms`, on {@link now}, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const createWake = (clock: Clock): Wake => {
  let pending = false;
  let waiting: AbortController | undefined;
  return {
    now: () => {
      pending = true;
      waiting?.abort();
    },
    wait: async (ms, signal) => {
      const wait = new AbortController();
      waiting = wait;
      if (pending) wait.abort();
      await clock.sleep(ms, AbortSignal.any([signal, wait.signal])).catch(() => undefined);
      waiting = undefined;
      pending = false;
    },
  };
};

/** Calls `tick` at the beginning of each minute, when schedules fall due. Returns the undo. */
export const eachMinute = (tick: () => void): (() => void) => {
  const task = schedule('* * * * *', tick, { name: 'backup', suppressMissedWarning: true });
  return () => void task.destroy();
};
