import { HowdahError } from '@howdah/core/errors';
import { storeErrors } from './errors.ts';

/** How long a store may keep us waiting. */
export interface StoreDeadlines {
  /** For an answer without a body, and for the next bytes of one that has begun. */
  readonly answerMs: number;
  /** Slower than this a transfer counts as stuck: added to the deadline by its size. */
  readonly slowestBytesPerSecond: number;
}

/** 64 KiB/s: a segment of 16 MiB may take four minutes on the slowest line worth having. */
export const defaultDeadlines: StoreDeadlines = { answerMs: 20_000, slowestBytesPerSecond: 64 * 1024 };

export const transferDeadlineMs = (deadlines: StoreDeadlines, sizeBytes: number): number =>
  deadlines.answerMs + Math.ceil((sizeBytes / deadlines.slowestBytesPerSecond) * 1000);

/**
 * Runs `call` with a signal that aborts with ours or after `ms`. An abort of ours rejects with our reason;
 * silence rejects with HOWDAH_STORE_TIMEOUT, even where `call` does not listen to its signal.
 */
export const withDeadline = async <Value>(
  doing: string,
  ms: number,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> => {
  signal.throwIfAborted();
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new HowdahError(storeErrors.timeout, `${doing}: no answer within ${ms / 1000} s`)),
    ms,
  );
  const passOn = () => controller.abort(signal.reason);
  signal.addEventListener('abort', passOn, { once: true });
  try {
    const aborted = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
    });
    return await Promise.race([call(controller.signal), aborted]);
  } catch (error) {
    // What the client made of our abort says less than the reason we gave.
    if (controller.signal.aborted) throw controller.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', passOn);
  }
};
