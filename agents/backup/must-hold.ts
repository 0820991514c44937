import { parseLsn } from '@howdah/core/lsn';
import type { WalDirectoryWord } from './archive/wal-directory.ts';
import type { ArchiverWord } from './ports.ts';
import { numberAt, type Segment, segmentOf } from './wal.ts';

/**
 * The newest segment that must be in a repository, with all before it. What waits in pg_wal may be missing: with
 * `archive-async` pgBackRest sends several at a time, and a later one may be there first.
 *
 * @param walMax newest segment in the repository
 */
export const mustHoldUpTo = (
  word: ArchiverWord,
  directory: WalDirectoryWord | undefined,
  walMax: string,
): Segment | undefined => {
  const newest = segmentOf(walMax, word.segmentBytes);
  const sent = sentUpTo(word, directory);
  if (newest === undefined || sent === undefined || sent.timeline !== newest.timeline) return newest;
  return sent.number < newest.number ? sent : newest;
};

/** What the archiver was told is done, on the timeline that is written; undefined when that cannot be said. */
const sentUpTo = (word: ArchiverWord, directory: WalDirectoryWord | undefined): Segment | undefined => {
  const { timeline, segmentBytes, lastArchivedWal: last } = word;
  const current = parseLsn(word.currentLsn ?? '');
  if (timeline === null || current === undefined) return undefined;
  if (directory?.readyFiles === 0) return { timeline, number: numberAt(current, segmentBytes) - 1 };
  const waits = segmentOf(directory?.oldestReady?.wal ?? '', segmentBytes);
  if (waits?.timeline === timeline) return { timeline, number: waits.number - 1 };
  // A backup's history file bears the name of its first segment, and says nothing of those since.
  return last === null || last.includes('.') ? undefined : segmentOf(last, segmentBytes);
};
