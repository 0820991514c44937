import type { Backup, BackupType, StanzaInfo } from '@howdah/pgbackrest/info';
import type { Family, Sample } from './family.ts';
import { backupTypes, covers } from './model.ts';

/** What the series of pgbackrest_exporter are made of. */
export interface PgBackRestKnown {
  readonly stanza: string;
  /** Absent when the last look failed as a whole. */
  readonly info?: StanzaInfo;
  /** Of all repositories; those that do not answer now with what they had. */
  readonly backups: readonly Backup[];
  readonly now: Date;
}

const backupLabels = [
  'backup_name',
  'backup_type',
  'block_incr',
  'database_id',
  'repo_key',
  'stanza',
] as const;
const lastLabels = ['backup_type', 'block_incr', 'stanza'] as const;

const blockIncr = (backup: Backup): string => (backup.mapBytes === undefined ? 'n' : 'y');

const labelsOf = (backup: Backup, stanza: string): Record<(typeof backupLabels)[number], string> => ({
  backup_name: backup.label,
  backup_type: backup.type,
  block_incr: blockIncr(backup),
  database_id: String(backup.databaseId),
  repo_key: String(backup.repo),
  stanza,
});

/** One series per backup for which `value` knows something. */
const perBackup =
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
const lastOf = (backups: readonly Backup[], type: BackupType): Backup | undefined =>
  backups
    .filter((backup) => covers(backup.type, type))
    .toSorted((a, b) => b.stoppedAt.getTime() - a.stoppedAt.getTime())[0];

/** One series per type that has a last backup for which `value` knows something. */
const perLast =
  (value: (backup: Backup, now: Date) => number | undefined) =>
  ({ backups, stanza, now }: PgBackRestKnown): readonly Sample[] =>
    backupTypes.flatMap((type) => {
      const backup = lastOf(backups, type);
      const known = backup === undefined ? undefined : value(backup, now);
      return backup === undefined || known === undefined
        ? []
        : [[{ backup_type: type, block_incr: blockIncr(backup), stanza }, known] as const];
    });

const perStanza =
  (value: (info: StanzaInfo) => number | undefined) =>
  ({ info, stanza }: PgBackRestKnown): readonly Sample[] => {
    const known = info === undefined ? undefined : value(info);
    return known === undefined ? [] : [[{ stanza }, known]];
  };

const durationSeconds = ({ startedAt, stoppedAt }: Backup): number =>
  (stoppedAt.getTime() - startedAt.getTime()) / 1000;

/** `2026-03-01 01:00:00`, in UTC. */
const timeLabel = (time: Date): string => time.toISOString().slice(0, 19).replace('T', ' ');

/** The type of a backup is the last letter of its label. */
const typeOfLabel = (label: string): BackupType =>
  label.endsWith('F') ? 'full' : label.endsWith('D') ? 'diff' : 'incr';

const countsByType = (references: readonly string[]): readonly (readonly [BackupType, number])[] =>
  backupTypes.map((type) => [type, references.filter((label) => typeOfLabel(label) === type).length]);

/** Bytes of what runs: 0 when nothing does, absent where pgBackRest (before 2.48) does not say. */
const runningBytes = (lock: StanzaInfo['backupLock'] | undefined, bytes: number | undefined) =>
  lock === undefined ? undefined : lock.held ? bytes : 0;

/**
 * The series of pgbackrest_exporter, so that its dashboards and alerts keep working. Left out:
 * `pgbackrest_backup_databases` and `_last_databases` (one more `info --set` per backup), and
 * `pgbackrest_exporter_build_info` (this is not that program).
 */
export const pgbackrestFamilies: readonly Family<PgBackRestKnown>[] = [
  {
    name: 'pgbackrest_exporter_status',
    help: '1 when pgbackrest info could be read, 0 when it could not.',
    labels: ['stanza'],
    samples: ({ info, stanza }) => [[{ stanza }, info === undefined ? 0 : 1]],
  },
  {
    name: 'pgbackrest_stanza_status',
    help: 'Status of the stanza: 0 ok, 1 missing stanza path, 2 no valid backups, 3 missing stanza data, 4 different across repos, 5 database mismatch across repos, 99 other.',
    labels: ['stanza'],
    samples: perStanza((info) => info.status.code),
  },
  {
    name: 'pgbackrest_stanza_backup_lock_status',
    help: '1 while a backup, expire or stanza command runs on this host.',
    labels: ['stanza'],
    samples: perStanza((info) => Number(info.backupLock.held)),
  },
  {
    name: 'pgbackrest_stanza_backup_complete_bytes',
    help: 'Bytes that the running backup has done; from pgBackRest 2.48 on.',
    labels: ['stanza'],
    samples: perStanza(({ backupLock }) => runningBytes(backupLock, backupLock.completeBytes)),
  },
  {
    name: 'pgbackrest_stanza_backup_total_bytes',
    help: 'Bytes that the running backup has to do; from pgBackRest 2.48 on.',
    labels: ['stanza'],
    samples: perStanza(({ backupLock }) => runningBytes(backupLock, backupLock.totalBytes)),
  },
  {
    name: 'pgbackrest_stanza_restore_lock_status',
    help: '1 while a restore runs on this host; only where pgBackRest says so.',
    labels: ['stanza'],
    samples: perStanza(({ restoreLock }) =>
      restoreLock === undefined ? undefined : Number(restoreLock.held),
    ),
  },
  {
    name: 'pgbackrest_stanza_restore_complete_bytes',
    help: 'Bytes that the running restore has done; only where pgBackRest says so.',
    labels: ['stanza'],
    samples: perStanza(({ restoreLock }) => runningBytes(restoreLock, restoreLock?.completeBytes)),
  },
  {
    name: 'pgbackrest_stanza_restore_total_bytes',
    help: 'Bytes that the running restore has to do; only where pgBackRest says so.',
    labels: ['stanza'],
    samples: perStanza(({ restoreLock }) => runningBytes(restoreLock, restoreLock?.totalBytes)),
  },
  {
    name: 'pgbackrest_repo_status',
    help: 'Status of each repository that pgbackrest.conf names, codes as of the stanza.',
    labels: ['cipher', 'repo_key', 'stanza'],
    samples: ({ info, stanza }) =>
      (info?.repositories ?? []).map(({ repo, cipher, status }) => [
        { cipher, repo_key: String(repo), stanza },
        status.code,
      ]),
  },
  {
    name: 'pgbackrest_backup_info',
    help: 'One series with value 1 for each backup, what is known of it in the labels.',
    labels: [
      ...backupLabels,
      ...['backrest_ver', 'lsn_start', 'lsn_stop', 'pg_version', 'prior', 'wal_start', 'wal_stop'],
    ],
    samples: perBackup(
      () => 1,
      (backup) => ({
        backrest_ver: backup.pgbackrestVersion,
        lsn_start: backup.lsnStart ?? '',
        lsn_stop: backup.lsnStop ?? '',
        pg_version: backup.postgresVersion ?? '',
        prior: backup.prior ?? '',
        wal_start: backup.walStart ?? '',
        wal_stop: backup.walStop ?? '',
      }),
    ),
  },
  {
    name: 'pgbackrest_backup_duration_seconds',
    help: 'How long the backup took.',
    labels: [...backupLabels, 'start_time', 'stop_time'],
    samples: perBackup(durationSeconds, ({ startedAt, stoppedAt }) => ({
      start_time: timeLabel(startedAt),
      stop_time: timeLabel(stoppedAt),
    })),
  },
  {
    name: 'pgbackrest_backup_error_status',
    help: '1 when pgBackRest found damaged pages while it copied.',
    labels: backupLabels,
    samples: perBackup(({ damagedPages }) => Number(damagedPages)),
  },
  {
    name: 'pgbackrest_backup_annotations',
    help: 'Number of annotations of the backup.',
    labels: backupLabels,
    samples: perBackup(({ annotations }) => Object.keys(annotations).length),
  },
  {
    name: 'pgbackrest_backup_references',
    help: 'Number of backups, by type, that a restore of this one needs.',
    labels: [...backupLabels, 'ref_backup'],
    samples: ({ backups, stanza }) =>
      backups.flatMap((backup) =>
        countsByType(backup.references).map(
          ([type, count]) => [{ ...labelsOf(backup, stanza), ref_backup: type }, count] as const,
        ),
      ),
  },
  {
    name: 'pgbackrest_backup_size_bytes',
    help: 'Size of the database when the backup was taken.',
    labels: backupLabels,
    samples: perBackup(({ databaseBytes }) => databaseBytes),
  },
  {
    name: 'pgbackrest_backup_delta_bytes',
    help: 'Bytes of the database that the backup had to copy.',
    labels: backupLabels,
    samples: perBackup(({ databaseDeltaBytes }) => databaseDeltaBytes),
  },
  {
    name: 'pgbackrest_backup_repo_size_bytes',
    help: 'Bytes in the repository that a restore reads.',
    labels: backupLabels,
    samples: perBackup(({ repositoryBytes }) => repositoryBytes),
  },
  {
    name: 'pgbackrest_backup_repo_delta_bytes',
    help: 'Bytes that the backup added to the repository.',
    labels: backupLabels,
    samples: perBackup(({ repositoryDeltaBytes }) => repositoryDeltaBytes),
  },
  {
    name: 'pgbackrest_backup_repo_size_map_bytes',
    help: 'Size of the block map; only with block incremental.',
    labels: backupLabels,
    samples: perBackup(({ mapBytes }) => mapBytes),
  },
  {
    name: 'pgbackrest_backup_repo_delta_map_bytes',
    help: 'Size of the block map that the backup added; only with block incremental.',
    labels: backupLabels,
    samples: perBackup(({ mapDeltaBytes }) => mapDeltaBytes),
  },
  {
    name: 'pgbackrest_backup_since_last_completion_seconds',
    help: 'Age of the last backup of the type; a newer larger one counts.',
    labels: lastLabels,
    samples: perLast(({ stoppedAt }, now) => (now.getTime() - stoppedAt.getTime()) / 1000),
  },
  {
    name: 'pgbackrest_backup_last_duration_seconds',
    help: 'How long the last backup of the type took.',
    labels: lastLabels,
    samples: perLast(durationSeconds),
  },
  {
    name: 'pgbackrest_backup_last_error_status',
    help: '1 when pgBackRest found damaged pages in the last backup of the type.',
    labels: lastLabels,
    samples: perLast(({ damagedPages }) => Number(damagedPages)),
  },
  {
    name: 'pgbackrest_backup_last_annotations',
    help: 'Number of annotations of the last backup of the type.',
    labels: lastLabels,
    samples: perLast(({ annotations }) => Object.keys(annotations).length),
  },
  {
    name: 'pgbackrest_backup_last_references',
    help: 'Number of backups, by type, that a restore of the last backup of the type needs.',
    labels: [...lastLabels, 'ref_backup'],
    samples: ({ backups, stanza }) =>
      backupTypes.flatMap((type) => {
        const last = lastOf(backups, type);
        if (last === undefined) return [];
        const labels = { backup_type: type, block_incr: blockIncr(last), stanza };
        return countsByType(last.references).map(
          ([referenced, count]) => [{ ...labels, ref_backup: referenced }, count] as const,
        );
      }),
  },
  {
    name: 'pgbackrest_backup_last_size_bytes',
    help: 'Size of the database at the last backup of the type.',
    labels: lastLabels,
    samples: perLast(({ databaseBytes }) => databaseBytes),
  },
  {
    name: 'pgbackrest_backup_last_delta_bytes',
    help: 'Bytes of the database that the last backup of the type had to copy.',
    labels: lastLabels,
    samples: perLast(({ databaseDeltaBytes }) => databaseDeltaBytes),
  },
  {
    name: 'pgbackrest_backup_last_repo_size_bytes',
    help: 'Bytes in the repository that a restore of the last backup of the type reads.',
    labels: lastLabels,
    samples: perLast(({ repositoryBytes }) => repositoryBytes),
  },
  {
    name: 'pgbackrest_backup_last_repo_delta_bytes',
    help: 'Bytes that the last backup of the type added to the repository.',
    labels: lastLabels,
    samples: perLast(({ repositoryDeltaBytes }) => repositoryDeltaBytes),
  },
  {
    name: 'pgbackrest_backup_last_repo_size_map_bytes',
    help: 'Size of the block map of the last backup of the type; only with block incremental.',
    labels: lastLabels,
    samples: perLast(({ mapBytes }) => mapBytes),
  },
  {
    name: 'pgbackrest_backup_last_repo_delta_map_bytes',
    help: 'Size of the block map that the last backup of the type added; only with block incremental.',
    labels: lastLabels,
    samples: perLast(({ mapDeltaBytes }) => mapDeltaBytes),
  },
  {
    name: 'pgbackrest_wal_archive_status',
    help: '1 when the repository holds WAL of the database, 0 when none. wal_min and wal_max stay empty: each new segment would be a new series.',
    labels: ['database_id', 'pg_version', 'repo_key', 'stanza', 'wal_max', 'wal_min'],
    samples: ({ info, stanza }) =>
      (info?.archives ?? []).map((archive) => [
        {
          database_id: String(archive.databaseId),
          pg_version: archive.postgresVersion,
          repo_key: String(archive.repo),
          stanza,
          wal_max: '',
          wal_min: '',
        },
        archive.walMin !== undefined && archive.walMax !== undefined ? 1 : 0,
      ]),
  },
];
