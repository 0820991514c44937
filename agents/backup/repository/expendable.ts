import type { BackupType } from '@howdah/pgbackrest/info';
import { dependentsOf } from '@howdah/status/backup-view';
import { covers } from '../model.ts';
import { standsWhole } from './prior.ts';
import { refusalOf } from './stanza-judgement.ts';
import type { RepositoryView, SeenBackup } from './views.ts';

/**
 * The superseded backup that goes next: the newest that a promotion left behind, on which none builds, and that a
 * newer one on the present line replaces. Of a chain so its last goes first, and what somebody of the present line
 * builds on stays. Undefined where none may go.
 */
export const nextToExpire = (view: RepositoryView): SeenBackup | undefined => {
  const { reachable, backups } = view;
  return reachable && refusalOf(view) === undefined
    ? backups.findLast(
        (backup) =>
          backup.superseded === 'left-behind' &&
          !backups.some((one) => one.prior === backup.label || one.references.includes(backup.label)) &&
          isReplaced(backup, backups),
      )
    : undefined;
};

/**
 * Whether retention is to wait until superseded backups have gone, which a run of that type brings about: pgBackRest
 * counts them like any other, and would keep them in place of good ones that are older.
 */
export const holdsRetention = (type: BackupType, { backups }: RepositoryView): boolean =>
  backups.some((backup) =>
    [backup, ...dependentsOf(backup, backups)].every(
      (one) => one.superseded === 'left-behind' && (covers(type, one.type) || isReplaced(one, backups)),
    ),
  );

/** The superseded full that retention would keep in place of a good one, were it applied now. */
export const keptInsteadOfGood = ({ backups }: RepositoryView): SeenBackup | undefined => {
  const newest = backups.findLast(({ type }) => type === 'full');
  return newest?.superseded === undefined ? undefined : newest;
};

const isReplaced = (backup: SeenBackup, all: readonly SeenBackup[]): boolean =>
  all.some(
    (one) =>
      one.databaseId === backup.databaseId &&
      one.startedAt > backup.startedAt &&
      covers(one.type, backup.type) &&
      // Without them nobody can say on which line it lies.
      one.walStop !== undefined &&
      one.lsnStop !== undefined &&
      !one.damagedPages &&
      standsWhole(one, all),
  );
