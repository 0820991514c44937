import type { Fence } from './role/while-primary.ts';

/** A person's way to stop what runs. */
export interface Cancellation {
  /** Stops it; only the first word counts. */
  readonly now: (because: string) => void;
  readonly because: () => string | undefined;
  readonly signal: AbortSignal;
  readonly fence: Fence;
}

export const createCancellation = (): Cancellation => {
  const stop = new AbortController();
  const because = () => (stop.signal.aborted ? String(stop.signal.reason) : undefined);
  return {
    now: (words) => stop.abort(words),
    because,
    signal: stop.signal,
    fence: (until) =>
      new Promise((resolve, reject) => {
        const cancelled = () => resolve(because() ?? '');
        const ended = () => reject(until.reason);
        // Of what has happened before nobody is told by an event.
        if (stop.signal.aborted) return cancelled();
        if (until.aborted) return ended();
        stop.signal.addEventListener('abort', cancelled, { once: true });
        until.addEventListener('abort', ended, { once: true });
      }),
  };
};
