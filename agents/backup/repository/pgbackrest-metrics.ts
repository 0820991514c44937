import type { Family } from '../metric-family.ts';
import { lastBackupFamilies } from './pgbackrest-last-metrics.ts';
import {
  backupLabels,
  countsByType,
  durationSeconds,
  labelsOf,
  type PgBackRestKnown,
  perBackup,
  perStanza,
  runningBytes,
  timeLabel,
} from './pgbackrest-samples.ts';

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
  ...lastBackupFamilies,
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
