import { describeError } from '@howdah/core/errors';
import type { Sink } from './sink.ts';

/** One sink, and how it has done. */
export interface SinkEntry {
  readonly sink: Sink;
  /** Parsed records taken. */
  shipped: number;
  lastShippedAt: Date | undefined;
  /** In a row; 0 while it takes what it is given. */
  failures: number;
  error: string | undefined;
}

/**
 * Gives `lines` to every sink at once, and resolves with those that did not take them. The others have them:
 * they are not to be given the same again.
 */
export const ship = async (
  lines: Buffer,
  entries: readonly SinkEntry[],
  signal: AbortSignal,
): Promise<readonly SinkEntry[]> => {
  const outcomes = await Promise.all(entries.map((entry) => give(lines, entry, signal)));
  return entries.filter((_, index) => !outcomes[index]);
};

const give = async (lines: Buffer, entry: SinkEntry, signal: AbortSignal): Promise<boolean> => {
  try {
    await entry.sink.write(lines, signal);
    entry.failures = 0;
    entry.error = undefined;
    return true;
  } catch (error) {
    signal.throwIfAborted();
    entry.failures += 1;
    entry.error = describeError(error);
    return false;
  }
};
