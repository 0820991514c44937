import { timelineOf } from '@howdah/backup/wal';
import { parseLsn } from '@howdah/core/lsn';
import type { BackupEntry, BackupStatus } from '@howdah/status/backup';

/** The timeline that recovery is to follow, and whose it is. */
export interface TargetTimeline {
  readonly timeline: number;
  readonly of: 'primary' | 'archive';
}

/**
 * The latest known: the primary's own, or where nobody answers as primary, or it has archived nothing on it yet, the
 * newest in the archive. The archive alone may have a newer one that is not the cluster's: of a restored copy that
 * archived to the same repository.
 *
 * @param newestWal the newest segment in the archive
 * @param primary undefined unless a primary has told it
 */
export const targetTimeline = (
  newestWal: string | undefined,
  primary: number | undefined,
): TargetTimeline | undefined => {
  const archived = newestWal === undefined ? undefined : timelineOf(newestWal);
  if (primary !== undefined && (archived === undefined || archived >= primary))
    return { timeline: primary, of: 'primary' };
  return archived === undefined ? undefined : { timeline: archived, of: 'archive' };
};

/**
 * Whether recovery from the backup comes to `timeline`: it was taken there, or on a timeline that this one comes
 * from and before it forked off. `unknown` without a history, and for timelines older than Patroni keeps.
 * pgBackRest checks the same from 2.55 on (src/command/restore/timeline.c).
 */
export const leadsTo = (
  backup: BackupEntry,
  timeline: number,
  history: BackupStatus['history'],
): 'yes' | 'no' | 'unknown' => {
  if (backup.timeline === timeline) return 'yes';
  if (backup.timeline === undefined) return 'unknown';
  if (backup.timeline > timeline) return 'no';
  const [oldest] = history ?? [];
  if (oldest === undefined || backup.timeline < oldest.timeline) return 'unknown';
  const fork = history?.find((ended) => ended.timeline === backup.timeline);
  if (fork === undefined) return 'no';
  const [end, stop] = [parseLsn(fork.endLsn), parseLsn(backup.lsnStop ?? '')];
  if (end === undefined || stop === undefined) return 'unknown';
  return stop <= end ? 'yes' : 'no';
};
