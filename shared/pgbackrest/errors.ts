import type { ErrorCatalogue } from '@howdah/core/errors';

export const pgbackrestErrors = {
  missing: {
    code: 'HOWDAH_PGBACKREST_MISSING',
    meaning: 'The pgBackRest program cannot be started.',
    remedy: 'Install pgBackRest where the agent runs, or set `pgbackrest.binary` to its path.',
    retry: 'backoff',
  },
  timeout: {
    code: 'HOWDAH_PGBACKREST_TIMEOUT',
    meaning: 'pgBackRest did not end within its deadline and was stopped.',
    remedy:
      'Check that the repository answers (pgBackRest waits minutes for a store that does not); raise the deadline only if the work is that large.',
    retry: 'backoff',
  },
  configuration: {
    code: 'HOWDAH_PGBACKREST_CONFIGURATION',
    meaning: 'pgBackRest refuses its options or its configuration file.',
    remedy: 'Correct pgbackrest.conf; the message names the option. `pgbackrest help <command>` lists them.',
    retry: 'backoff',
  },
  promotionUnsettled: {
    code: 'HOWDAH_PGBACKREST_PROMOTION_UNSETTLED',
    meaning: 'The server was just promoted, and its control file still names the timeline before.',
    remedy: 'Nothing: the first checkpoint after the promotion writes it, and the backup is tried again.',
    retry: 'now',
  },
  locked: {
    code: 'HOWDAH_PGBACKREST_LOCKED',
    meaning: 'Another pgBackRest command holds the lock of this stanza on this host.',
    remedy: 'Wait for it: a backup taken by hand counts like any other. If none runs, look for an orphan.',
    retry: 'backoff',
  },
  stopped: {
    code: 'HOWDAH_PGBACKREST_STOPPED',
    meaning: 'pgBackRest was told not to run here (`pgbackrest stop`).',
    remedy: 'Run `pgbackrest start` when backups may go on.',
    retry: 'backoff',
  },
  terminated: {
    code: 'HOWDAH_PGBACKREST_TERMINATED',
    meaning: 'pgBackRest was ended by a signal before it was done.',
    remedy: 'Look for who ended it: the kernel for lack of memory, or a person.',
    retry: 'backoff',
  },
  stanzaMissing: {
    code: 'HOWDAH_PGBACKREST_STANZA_MISSING',
    meaning: 'The repository does not know the stanza.',
    remedy: 'The backup agent of the primary creates it; by hand it is `pgbackrest stanza-create`.',
    retry: 'backoff',
  },
  databaseMismatch: {
    code: 'HOWDAH_PGBACKREST_DATABASE_MISMATCH',
    meaning: 'The repository belongs to another cluster, or to another major version of this one.',
    remedy:
      'After a major upgrade run `pgbackrest stanza-upgrade`; otherwise give this cluster a stanza or a path of its own.',
    retry: 'backoff',
  },
  database: {
    code: 'HOWDAH_PGBACKREST_DATABASE',
    meaning: 'pgBackRest cannot talk to PostgreSQL, or was refused by it.',
    remedy:
      'Check that PostgreSQL runs, that pg1-socket-path and pg1-user are right, and that the role has its grants (roles.sql).',
    retry: 'backoff',
  },
  archive: {
    code: 'HOWDAH_PGBACKREST_ARCHIVE',
    meaning: 'WAL does not reach the archive, so a backup could not be restored.',
    remedy:
      'Check archive_mode and archive_command, and the last failure in pg_stat_archiver and PostgreSQL’s log.',
    retry: 'backoff',
  },
  repository: {
    code: 'HOWDAH_PGBACKREST_REPOSITORY',
    meaning: 'The repository cannot be read or written.',
    remedy: 'Check address, credentials, certificate, free space and owner of the repository named.',
    retry: 'backoff',
  },
  unreadableAnswer: {
    code: 'HOWDAH_PGBACKREST_UNREADABLE_ANSWER',
    meaning: 'pgBackRest’s answer is not what this version of Howdah understands.',
    remedy: 'Check `pgbackrest version`: 2.39 and newer are understood.',
    retry: 'backoff',
  },
  failed: {
    code: 'HOWDAH_PGBACKREST_FAILED',
    meaning: 'pgBackRest ended with an error that has no place of its own here.',
    remedy: 'Read its message, and its log file in log-path.',
    retry: 'backoff',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = pgbackrestErrors;
