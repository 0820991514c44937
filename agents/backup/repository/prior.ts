import type { BackupType } from '@howdah/pgbackrest/info';
import type { Due } from '../model.ts';
import { type RepositoryView, type SeenBackup, viewIn } from './views.ts';

const larger: Readonly<Record<BackupType, readonly BackupType[]>> = {
  incr: ['incr', 'diff'],
  diff: ['diff'],
  full: [],
};

/**
 * The same due, larger where pgBackRest would build on a superseded backup otherwise: it takes the newest of the
 * database (for a diff the newest full), whatever its timeline (backupBuildIncrPrior in
 * src/command/backup/incr.c.inc, until 2.59 at least). What comes of that can be restored, since it compares by
 * checksum after a change of timeline, but keeps the superseded one from going.
 */
export const onPresentLine = (due: Due, views: readonly RepositoryView[]): Due => {
  const view = viewIn(views, due.repo);
  const type = larger[due.type].find((one) => !buildsOnSuperseded(one, view?.backups ?? [])) ?? 'full';
  return type === due.type ? due : { ...due, type, insteadOf: due.type };
};

const buildsOnSuperseded = (type: BackupType, backups: readonly SeenBackup[]): boolean => {
  const newest = backups.at(-1)?.databaseId;
  const prior = backups.findLast(
    (backup) => backup.databaseId === newest && (type === 'incr' || backup.type === 'full'),
  );
  return prior !== undefined && !standsWhole(prior, backups);
};

/** Neither it nor what it builds on is superseded. */
export const standsWhole = (backup: SeenBackup, all: readonly SeenBackup[]): boolean => {
  const needed = [backup.prior, ...backup.references];
  return (
    backup.superseded === undefined &&
    all.every(
      (one) =>
        !needed.includes(one.label) ||
        (one.label === backup.prior ? standsWhole(one, all) : one.superseded === undefined),
    )
  );
};
