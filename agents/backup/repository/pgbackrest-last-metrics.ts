import type { Family } from '../metric-family.ts';
import { backupTypes } from '../model.ts';
import {
  blockIncr,
  countsByType,
  durationSeconds,
  lastLabels,
  lastOf,
  type PgBackRestKnown,
  perLast,
} from './pgbackrest-samples.ts';

/** The series of pgbackrest_exporter about the last backup of each type. */
export const lastBackupFamilies: readonly Family<PgBackRestKnown>[] = [
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
];
