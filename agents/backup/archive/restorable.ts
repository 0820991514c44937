import type { Lsn } from '@howdah/core/lsn';
import type { Backup } from '@howdah/pgbackrest/info';
import { startOf } from '../wal.ts';
import { type ArchiveListing, gapsOf, onTheWay } from './gaps.ts';
import { newestBefore, type WalSample } from './wal-samples.ts';

/**
 * From the end of a backup up to where the WAL after it reaches. What was committed by `to` comes back; what was
 * committed later may, or may not.
 */
export interface RestorableRange {
  readonly from: Date;
  readonly to: Date;
}

export interface RestorableQuestion {
  readonly backups: readonly Backup[];
  /** Undefined while it is not known what the archive holds. */
  readonly listing: ArchiveListing | undefined;
  /** Of the present primary, when this is it. */
  readonly samples: readonly WalSample[];
  /** Up to where the repository has the WAL of those samples; undefined when that is not known. */
  readonly archivedTo: Lsn | undefined;
}

/**
 * To which points in time one can restore from a repository now, oldest first. Without a listing each backup is
 * good for its own end alone, and so it is where no sample tells when the WAL after it was written: less than is
 * there, never more.
 */
export const restorableRanges = ({
  backups,
  listing,
  samples,
  archivedTo,
}: RestorableQuestion): readonly RestorableRange[] => {
  if (listing === undefined) return backups.map(({ stoppedAt }) => ({ from: stoppedAt, to: stoppedAt }));
  const gaps = gapsOf(listing, backups);
  /** By the segment that ends the WAL after them. */
  const groups = new Map<number | undefined, Date[]>();
  for (const backup of backups) {
    const needed = onTheWay(listing, backup);
    if (needed === undefined) continue;
    const gap = gaps.find(({ last }) => last >= needed.first);
    // Not even the WAL of the backup itself is whole.
    if (gap !== undefined && gap.first <= needed.last) continue;
    const group = groups.get(gap?.first);
    if (group === undefined) groups.set(gap?.first, [backup.stoppedAt]);
    else group.push(backup.stoppedAt);
  }
  return [...groups]
    .map(([gap, stops]) => {
      const end = gap === undefined ? archivedTo : startOf(gap, listing.segmentBytes);
      return rangeOf(stops, end === undefined ? undefined : newestBefore(samples, end)?.at);
    })
    .toSorted((a, b) => a.from.getTime() - b.from.getTime());
};

const rangeOf = (stops: readonly Date[], known: Date | undefined): RestorableRange => {
  const times = stops.map((stop) => stop.getTime());
  return {
    from: new Date(Math.min(...times)),
    to: new Date(Math.max(...times, known?.getTime() ?? 0)),
  };
};
