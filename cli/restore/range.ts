import type { BackupEntry, BackupStatus, WalArchive } from '@howdah/status/backup';

export type RepositoryStatus = BackupStatus['repositories'][number];

/** From when to when a repository can be restored to any point in time. */
export interface RestorableRange {
  /** When the oldest backup was done whose WAL is there: what is later can be reached. */
  readonly oldest: string;
  /** What the archive reaches by now. */
  readonly newest: string;
  /** False when nobody tells how far the archive reaches: `newest` is then the end of the last backup. */
  readonly archiveKnown: boolean;
}

/**
 * Undefined when no backup can be restored.
 *
 * The newest time is that of the last archiving, by the primary: `pgbackrest info` names the last segment and no
 * time. It is an upper bound, since what the segment holds was written before.
 */
export const restorableRange = (
  repository: RepositoryStatus,
  archive: BackupStatus['archive'],
): RestorableRange | undefined => {
  const stops = restorable(repository)
    .map(({ stoppedAt }) => stoppedAt)
    .toSorted((a, b) => Date.parse(a) - Date.parse(b));
  const [oldest] = stops;
  const last = stops.at(-1);
  if (oldest === undefined || last === undefined) return undefined;
  const archivedAt = archive?.lastArchivedAt;
  // A server that was just promoted tells of what it archived when it was primary before.
  const newest = archivedAt !== undefined && Date.parse(archivedAt) > Date.parse(last) ? archivedAt : last;
  return { oldest, newest, archiveKnown: archivedAt !== undefined };
};

/** The backups whose own WAL the archive holds, newest first, as pgBackRest looks through them. */
export const restorable = (repository: RepositoryStatus): readonly BackupEntry[] =>
  repository.backups
    .filter(
      // An agent that tells of no archives is believed.
      (backup) => repository.archives === undefined || hasItsWal(backup, archiveOf(repository, backup)),
    )
    .toSorted((a, b) => Date.parse(b.stoppedAt) - Date.parse(a.stoppedAt));

/** The archive that continues the backup; undefined where the agent tells of none. */
export const archiveOf = (repository: RepositoryStatus, backup: BackupEntry): WalArchive | undefined =>
  repository.archives?.find(({ databaseId }) => databaseId === backup.databaseId);

/** Names of segments sort as timeline and position do. */
const hasItsWal = ({ walStart, walStop }: BackupEntry, archive: WalArchive | undefined): boolean => {
  const { walMin, walMax } = archive ?? {};
  if (walStart === undefined || walStop === undefined) return false;
  return walMin !== undefined && walMax !== undefined && walMin <= walStart && walStop <= walMax;
};
