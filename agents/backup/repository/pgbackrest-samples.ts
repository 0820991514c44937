import type { Backup, BackupType, StanzaInfo } from '@howdah/pgbackrest/info';
import type { Sample } from '../metric-family.ts';
import { backupTypes, covers } from '../model.ts';

/** What the series of pgbackrest_exporter are made of. */
export interface PgBackRestKnown {
  readonly stanza: string;
  /** Absent when the last look failed as a whole. */
  readonly info?: StanzaInfo;
  /** Of all repositories; those that do not answer now with what they had. */
  readonly backups: readonly Backup[];
  readonly now: Date;
}

export const backupLabels = [
  'backup_name',
  'backup_type',
  'block_incr',
  'database_id',
  'repo_key',
  'stanza',
] as const;
export const lastLabels = ['backup_type', 'block_incr', 'stanza'] as const;

export const blockIncr = (backup: Backup): string => (backup.mapBytes === undefined ? 'n' : 'y');

export const labelsOf = (backup: Backup, stanza: string): Record<(typeof backupLabels)[number], string> => ({
  backup_name: backup.label,
  backup_type: backup.type,
  block_incr: blockIncr(backup),
  database_id: String(backup.databaseId),
  repo_key: String(backup.repo),
  stanza,
});

/** One series per backup for which `value` knows something. */
export const perBackup =
  (
    value: (backup: Backup) => number | undefined,
    more: (backup: Backup) => Record<string, string> = () => ({}),
  ) =>
  ({ backups, stanza }: PgBackRestKnown): readonly Sample[] =>
    backups.flatMap((backup) => {
      const known = value(backup);
      return known === undefined ? [] : [[{ ...labelsOf(backup, stanza), ...more(backup) }, known] as const];
    });

/** The newest backup that does for `type`: a newer full stands for the last diff, both for the last incr. */
export const lastOf = (backups: readonly Backup[], type: BackupType): Backup | undefined =>
  backups
    .filter((backup) => covers(backup.type, type))
    .toSorted((a, b) => b.stoppedAt.getTime() - a.stoppedAt.getTime())[0];

/** One series per type that has a last backup for which `value` knows something. */
export const perLast =
  (value: (backup: Backup, now: Date) => number | undefined) =>
  ({ backups, stanza, now }: PgBackRestKnown): readonly Sample[] =>
    backupTypes.flatMap((type) => {
      const backup = lastOf(backups, type);
      const known = backup === undefined ? undefined : value(backup, now);
      return backup === undefined || known === undefined
        ? []
        : [[{ backup_type: type, block_incr: blockIncr(backup), stanza }, known] as const];
    });

export const perStanza =
  (value: (info: StanzaInfo) => number | undefined) =>
  ({ info, stanza }: PgBackRestKnown): readonly Sample[] => {
    const known = info === undefined ? undefined : value(info);
    return known === undefined ? [] : [[{ stanza }, known]];
  };

export const durationSeconds = ({ startedAt, stoppedAt }: Backup): number =>
  (stoppedAt.getTime() - startedAt.getTime()) / 1000;

/** `2026-03-01 01:00:00`, in UTC. */
export const timeLabel = (time: Date): string => time.toISOString().slice(0, 19).replace('T', ' ');

/** The type of a backup is the last letter of its label. */
const typeOfLabel = (label: string): BackupType =>
  label.endsWith('F') ? 'full' : label.endsWith('D') ? 'diff' : 'incr';

export const countsByType = (references: readonly string[]): readonly (readonly [BackupType, number])[] =>
  backupTypes.map((type) => [type, references.filter((label) => typeOfLabel(label) === type).length]);

/** Bytes of what runs: 0 when nothing does, absent where pgBackRest (before 2.48) does not say. */
export const runningBytes = (lock: StanzaInfo['backupLock'] | undefined, bytes: number | undefined) =>
  lock === undefined ? undefined : lock.held ? bytes : 0;
