import { HowdahError } from '@howdah/core/errors';
import type { Backup } from '@howdah/pgbackrest/info';
import { backupErrors } from '../errors.ts';
import type { Archive, ArchivePlace } from '../ports.ts';
import { type Segment, segmentOf } from '../wal.ts';
import { type ArchiveListing, joined, rangesOf, type SegmentRange } from './gaps.ts';
import { historyFileOf, parseHistory, type TimelineSpan } from './history-file.ts';

/** Eight TiB of WAL, and with a store that answers in a tenth of a second four minutes. */
const mostDirectories = 2_048;
/** Whoever has more has lost more than a list can tell. */
const mostRanges = 10_000;

const directoryName = /^([0-9A-F]{8})([0-9A-F]{8})$/;
/** What ends in .partial or .backup is no segment to restore from. */
const storedSegment = /^([0-9A-F]{24})-[0-9a-f]{40}(?:\.[a-z0-9]+)?$/;

export interface ListingQuestion {
  readonly place: ArchivePlace;
  readonly databaseId: number;
  readonly segmentBytes: number;
  readonly backups: readonly Backup[];
  /** As of before the listing. */
  readonly upTo: Segment;
  readonly now: Date;
}

/**
 * Lists what the archive holds since the oldest backup, one directory after the other.
 *
 * Rejects as pgBackRest does, and with `HOWDAH_BACKUP_ARCHIVE_TOO_LARGE` or `HOWDAH_BACKUP_ARCHIVE_HISTORY`.
 */
export const listHeld = async (
  archive: Archive,
  question: ListingQuestion,
  signal: AbortSignal,
): Promise<ArchiveListing> => {
  const { place, databaseId, segmentBytes, upTo, now } = question;
  const way = await wayTo(archive, place, upTo.timeline, signal);
  const held = new Map<number, readonly SegmentRange[]>();
  let ranges = 0;
  for (const directory of await directoriesOf(archive, question, way, signal)) {
    const found = (await archive.names(place, directory, signal)).flatMap((name) => {
      const segment = segmentOf(storedSegment.exec(name)?.[1] ?? '', segmentBytes);
      return segment === undefined ? [] : [segment.number];
    });
    const timeline = Number.parseInt(directory.slice(0, 8), 16);
    const before = held.get(timeline) ?? [];
    const after = joined(before, rangesOf(found));
    ranges += after.length - before.length;
    if (ranges > mostRanges) throw tooLarge(place, `more than ${mostRanges} pieces`);
    held.set(timeline, after);
  }
  return { listedAt: now, databaseId, segmentBytes, upTo, way, held };
};

const wayTo = async (
  archive: Archive,
  place: ArchivePlace,
  timeline: number,
  signal: AbortSignal,
): Promise<readonly TimelineSpan[]> => {
  // The first timeline came from none and has no history.
  if (timeline === 1) return [{ timeline, beginLsn: 0n }];
  const file = historyFileOf(timeline);
  const way = parseHistory(await archive.history(place, file, signal), timeline);
  if (way.length > 1) return way;
  throw new HowdahError(backupErrors.archiveHistory, `repo${place.repo}: ${file} names no other timeline`);
};

/** In order; those before the oldest backup, and those of timelines that were left behind, are not looked into. */
const directoriesOf = async (
  archive: Archive,
  { place, segmentBytes, backups, upTo }: ListingQuestion,
  way: readonly TimelineSpan[],
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const starts = backups.flatMap(({ walStart }) => segmentOf(walStart ?? '', segmentBytes)?.number ?? []);
  const perFile = 2 ** 32 / segmentBytes;
  const [fromFile, toFile] = [Math.min(...starts), upTo.number].map((number) => Math.floor(number / perFile));
  const directories = (await archive.names(place, undefined, signal)).filter((name) => {
    const [timeline, file] = (directoryName.exec(name)?.slice(1) ?? []).map((hex) =>
      Number.parseInt(hex, 16),
    );
    if (timeline === undefined || file === undefined || fromFile === undefined || toFile === undefined)
      return false;
    return way.some((span) => span.timeline === timeline) && file >= fromFile && file <= toFile;
  });
  if (directories.length > mostDirectories)
    throw tooLarge(place, `${directories.length} directories, more than ${mostDirectories}`);
  return directories.toSorted();
};

const tooLarge = (place: ArchivePlace, what: string): HowdahError =>
  new HowdahError(backupErrors.archiveTooLarge, `repo${place.repo}: ${what}`);
