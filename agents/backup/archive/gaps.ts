import { type Lsn, parseLsn } from '@howdah/core/lsn';
import type { Backup } from '@howdah/pgbackrest/info';
import { numberAt, type Segment, segmentOf } from '../wal.ts';
import type { TimelineSpan } from './history-file.ts';

/** Segments beside each other, by number, both ends included. */
export interface SegmentRange {
  readonly first: number;
  readonly last: number;
}

/** What an archive was seen to hold. */
export interface ArchiveListing {
  readonly listedAt: Date;
  readonly databaseId: number;
  readonly segmentBytes: number;
  /** The newest segment that should have been there. */
  readonly upTo: Segment;
  /** The way to its timeline, the oldest first. */
  readonly way: readonly TimelineSpan[];
  /** By timeline, in order; only what lies on the way. */
  readonly held: ReadonlyMap<number, readonly SegmentRange[]>;
}

/** Segments of one timeline that are missing. */
export interface ArchiveGap extends SegmentRange {
  readonly timeline: number;
}

/**
 * What is missing between the oldest backup and the end of the archive, oldest first. WAL that was removed on
 * purpose between backups (`repo-retention-archive`) is missing too: nobody can restore to there.
 */
export const gapsOf = (listing: ArchiveListing, backups: readonly Backup[]): readonly ArchiveGap[] => {
  const starts = backups.flatMap((backup) => {
    const needed = onTheWay(listing, backup);
    return needed === undefined ? [] : [needed.first];
  });
  if (starts.length === 0) return [];
  const from = Math.min(...starts);
  return listing.way.flatMap(({ timeline, beginLsn }, index) => {
    const next = listing.way[index + 1];
    // The segment in which a timeline was left is begun anew, and completed, by the next.
    const end = next === undefined ? listing.upTo.number : numberAt(next.beginLsn, listing.segmentBytes) - 1;
    const needed = {
      first: Math.max(from, numberAt(beginLsn, listing.segmentBytes)),
      last: Math.min(end, listing.upTo.number),
    };
    return without(needed, listing.held.get(timeline) ?? []).map((gap) => ({ timeline, ...gap }));
  });
};

/**
 * The segments without which the backup is none; undefined when it is not on the way to the archive's timeline
 * (taken by a primary that was left behind), of another database, or without WAL of its own.
 */
export const onTheWay = (listing: ArchiveListing, backup: Backup): SegmentRange | undefined => {
  const { way, segmentBytes } = listing;
  if (backup.databaseId !== listing.databaseId) return undefined;
  const start = backup.walStart === undefined ? undefined : segmentOf(backup.walStart, segmentBytes);
  const stop = backup.walStop === undefined ? undefined : segmentOf(backup.walStop, segmentBytes);
  if (start === undefined || stop === undefined) return undefined;
  const index = way.findIndex(({ timeline }) => timeline === stop.timeline);
  const leftAt = way[index + 1]?.beginLsn;
  const stopLsn: Lsn =
    (backup.lsnStop === undefined ? undefined : parseLsn(backup.lsnStop)) ??
    BigInt(stop.number) * BigInt(segmentBytes);
  if (index === -1 || (leftAt !== undefined && stopLsn > leftAt)) return undefined;
  return { first: start.number, last: stop.number };
};

/** What of `needed` is in none of the ranges, which are in order. */
const without = (needed: SegmentRange, held: readonly SegmentRange[]): readonly SegmentRange[] => {
  const gaps: SegmentRange[] = [];
  let next = needed.first;
  for (const { first, last } of held) {
    if (last < next) continue;
    if (first > needed.last) break;
    if (first > next) gaps.push({ first: next, last: first - 1 });
    next = last + 1;
  }
  if (next <= needed.last) gaps.push({ first: next, last: needed.last });
  return gaps;
};

/** Numbers as ranges, in order. */
export const rangesOf = (numbers: readonly number[]): readonly SegmentRange[] => {
  const ranges: SegmentRange[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && number <= last.last + 1) ranges[ranges.length - 1] = { ...last, last: number };
    else ranges.push({ first: number, last: number });
  }
  return ranges;
};

/** Two lists in order, the second after the first, as one. */
export const joined = (
  before: readonly SegmentRange[],
  after: readonly SegmentRange[],
): readonly SegmentRange[] => {
  const [head, ...rest] = after;
  const last = before.at(-1);
  return head !== undefined && last !== undefined && head.first <= last.last + 1
    ? [...before.slice(0, -1), { first: last.first, last: head.last }, ...rest]
    : [...before, ...after];
};
