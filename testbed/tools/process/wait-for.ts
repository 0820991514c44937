import { setTimeout as delay } from 'node:timers/promises';
import { describeError, HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '../errors.ts';

export interface WaitOptions {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Between two looks; default 100 ms. */
  readonly everyMs?: number;
  /** Looked at first each time: waiting for a dead process is pointless. */
  readonly alive?: () => boolean;
  /** What to show when it does not happen, e.g. the end of a log. */
  readonly explain?: () => Promise<string>;
}

/**
 * Looks again and again until `look` gives something other than undefined or false.
 *
 * @param what ends the sentence "waited 30 s for …".
 * @throws HowdahError `HOWDAH_DEV_NOT_REACHED` at the deadline, with the last failure and the explanation.
 */
export const waitFor = async <Found>(
  what: string,
  look: (signal: AbortSignal) => Promise<Found | undefined | false>,
  options: WaitOptions,
): Promise<Found> => {
  const { deadlineMs, signal, everyMs = 100, alive = () => true, explain = async () => '' } = options;
  const deadline = performance.now() + deadlineMs;
  let last: unknown;
  while (alive() && performance.now() < deadline) {
    signal.throwIfAborted();
    try {
      const found = await look(AbortSignal.any([signal, AbortSignal.timeout(5_000)]));
      if (found !== undefined && found !== false) return found;
      last = undefined;
    } catch (error) {
      signal.throwIfAborted();
      last = error;
    }
    await delay(everyMs, undefined, { signal });
  }
  const why = alive()
    ? `waited ${Math.round(deadlineMs / 1000)} s for ${what}`
    : `ended while we waited for ${what}`;
  const parts = [why, last === undefined ? '' : describeError(last), await explain()];
  const kind = alive() ? errorCatalogue.notReached : errorCatalogue.processFailed;
  throw new HowdahError(kind, parts.filter((part) => part !== '').join('\n'), { cause: last });
};
