import { lsnDistanceBytes } from '@howdah/core/lsn';
import type { WalDirectoryWord } from './wal-directory.ts';
import type { WalSample } from './wal-samples.ts';

/** Each segment waits for its push, which takes seconds; after this the archive is behind. */
const behindAfterMs = 30_000;
/** Less tells of one statement, not of a rate. */
const shortestWindowMs = 30_000;
/** What was written before says little of what comes. */
const longestWindowMs = 3_600_000;

/**
 * When the volume of pg_wal is full if WAL goes on to come, and to leave, as it did since the archive fell behind.
 * PostgreSQL keeps what is not archived, so the volume loses what is written and not sent.
 *
 * A little early: segments that lie there for reuse are written first.
 *
 * @returns seconds; undefined while the archive is not behind, while what is behind does not grow, and while that is
 *   not known yet
 */
export const secondsUntilFull = (
  { oldestReady, freeBytes }: Pick<WalDirectoryWord, 'oldestReady' | 'freeBytes'>,
  samples: readonly WalSample[],
  now: Date,
): number | undefined => {
  if (oldestReady === undefined) return undefined;
  const behindSinceMs = oldestReady.since.getTime();
  if (now.getTime() - behindSinceMs < behindAfterMs) return undefined;
  const fromMs = Math.max(behindSinceMs, now.getTime() - longestWindowMs);
  const first = samples.find(({ at }) => at.getTime() >= fromMs);
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const windowMs = last.at.getTime() - first.at.getTime();
  if (windowMs < shortestWindowMs) return undefined;
  const sent =
    first.archivedTo === undefined || last.archivedTo === undefined
      ? 0
      : lsnDistanceBytes(first.archivedTo, last.archivedTo);
  const grownBytes = lsnDistanceBytes(first.lsn, last.lsn) - sent;
  return grownBytes <= 0 ? undefined : freeBytes / (grownBytes / (windowMs / 1000));
};
