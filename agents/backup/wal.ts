import type { Lsn } from '@howdah/core/lsn';

/** Timeline, 4 GiB file and segment in it, e.g. `000000010000000000000003`; also of `….partial`, `….backup`. */
const segmentName = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(?:\.|$)/;

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
  const match = segmentName.exec(wal);
  if (match === null) return undefined;
  const file = BigInt(`0x${match[2]}`) << 32n;
  const segments = BigInt(`0x${match[3]}`) + (wal.endsWith('.partial') ? 0n : 1n);
  return file + segments * BigInt(segmentBytes);
};
