import { archivedUpTo, timelineOf } from '@howdah/backup/wal';
import { lsnDistanceBytes } from '@howdah/core/lsn';
import type { BackupEntry, BackupStatus, WalArchive } from '@howdah/status/backup';
import { referencesOf } from '@howdah/status/backup-view';

/** What a restore into an empty directory fetches. */
export interface Fetched {
  /** Of the repository; undefined where it cannot be known. */
  readonly backupBytes?: number;
  /** False with block incremental, where pgBackRest does not tell: then all that the backups it needs have added. */
  readonly exact: boolean;
  readonly wal: {
    /** First and last segment; of the last ones only those up to the target are fetched. */
    readonly from?: string;
    readonly to?: string;
    readonly segments?: number;
    /** Of one segment as PostgreSQL writes it; the archive holds it compressed. */
    readonly segmentBytes?: number;
  };
}

export const fetched = (
  backup: BackupEntry,
  all: readonly BackupEntry[],
  archive: WalArchive | undefined,
  archiver: BackupStatus['archive'],
  timeline: number,
): Fetched => ({ ...backupBytes(backup, all), wal: walOf(backup, archive, archiver, timeline) });

const backupBytes = (
  backup: BackupEntry,
  all: readonly BackupEntry[],
): Pick<Fetched, 'backupBytes' | 'exact'> => {
  if (backup.restoreBytes !== undefined) return { backupBytes: backup.restoreBytes, exact: true };
  const references = referencesOf(backup, all);
  const labels = [backup.label, ...(references ?? [])];
  const chain = all.filter(({ label, repo }) => repo === backup.repo && labels.includes(label));
  if (references === undefined || chain.length < labels.length) return { exact: false };
  return { backupBytes: chain.reduce((sum, { repositoryBytes }) => sum + repositoryBytes, 0), exact: false };
};

const walOf = (
  { walStart: from, timeline: first = 0 }: BackupEntry,
  archive: WalArchive | undefined,
  archiver: BackupStatus['archive'],
  timeline: number,
): Fetched['wal'] => {
  // The archiver's word is of now, `pgbackrest info` of up to a minute ago.
  const to = [archiver?.lastArchivedWal?.slice(0, 24), archive?.walMax]
    .filter((wal) => wal !== undefined)
    .find((wal) => (timelineOf(wal) ?? Number.POSITIVE_INFINITY) <= timeline);
  const segmentBytes = archiver?.segmentBytes;
  const known = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
  };
  if (from === undefined || to === undefined || segmentBytes === undefined) return known;
  const [start, end] = [archivedUpTo(from, segmentBytes), archivedUpTo(to, segmentBytes)];
  if (start === undefined || end === undefined || end < start) return known;
  // Where a timeline forked off, its first segment is fetched beside the last of the one before.
  const forks = Math.max(0, timeline - first);
  return { ...known, segments: lsnDistanceBytes(start, end) / segmentBytes + 1 + forks };
};
