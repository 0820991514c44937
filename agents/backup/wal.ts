import type { Lsn } from '@howdah/core/lsn';

/** Timeline, 4 GiB file and segment in it, e.g. `000000010000000000000003`; also of `….partial`, `….backup`. */
const segmentName = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(?:\.|$)/;

/** Every segment of a timeline has its number, counted from the first byte of WAL. */
export interface Segment {
  readonly timeline: number;
  readonly number: number;
}

/** The timeline of a WAL segment's name; undefined for other files of the archive. */
export const timelineOf = (wal: string): number | undefined => {
  const match = segmentName.exec(wal);
  return match === null ? undefined : Number.parseInt(match[1] ?? '', 16);
};

/**
 * The position up to which the file holds WAL; undefined when `wal` names no segment (a timeline's history).
 * Of a `.partial` that is where its segment begins: the new timeline writes that segment anew, and pgBackRest
 * does not restore from a partial one.
 */
export const archivedUpTo = (wal: string, segmentBytes: number): Lsn | undefined => {
  const segment = segmentOf(wal, segmentBytes);
  if (segment === undefined) return undefined;
  return startOf(segment.number + (wal.endsWith('.partial') ? 0 : 1), segmentBytes);
};

/** Which segment it is; undefined when `wal` names none. */
export const segmentOf = (wal: string, segmentBytes: number): Segment | undefined => {
  const match = segmentName.exec(wal);
  if (match === null) return undefined;
  const [timeline, file, segment] = match.slice(1).map((digits) => Number.parseInt(digits, 16));
  return { timeline: timeline ?? 0, number: (file ?? 0) * segmentsPerFile(segmentBytes) + (segment ?? 0) };
};

/** The name that PostgreSQL gives it. */
export const nameOf = ({ timeline, number }: Segment, segmentBytes: number): string => {
  const perFile = segmentsPerFile(segmentBytes);
  return [timeline, Math.floor(number / perFile), number % perFile]
    .map((part) => part.toString(16).toUpperCase().padStart(8, '0'))
    .join('');
};

/** Where the segment of that number begins, on whichever timeline. */
export const startOf = (number: number, segmentBytes: number): Lsn => BigInt(number) * BigInt(segmentBytes);

/** The number of the segment that holds the byte at `lsn`. */
export const numberAt = (lsn: Lsn, segmentBytes: number): number => Number(lsn / BigInt(segmentBytes));

const segmentsPerFile = (segmentBytes: number): number => 2 ** 32 / segmentBytes;
