import type { ErrorCatalogue } from '@howdah/core/errors';

export const configReloadErrors = {
  sourceUnreadable: {
    code: 'HOWDAH_CONFIG_RELOAD_SOURCE_UNREADABLE',
    meaning: 'The directory of the source files (postgresql.conf, pg_hba.conf, pgaudit.conf) is not there.',
    remedy: 'Mount the ConfigMap as a directory there, or set HOWDAH_POSTGRES_SOURCE_DIR.',
    retry: 'backoff',
  },
  appliedUnreadable: {
    code: 'HOWDAH_CONFIG_RELOAD_APPLIED_UNREADABLE',
    meaning: 'An applied file, from which PostgreSQL reads its configuration, cannot be read.',
    remedy: 'Check owner and mode of the directory named by applied.directory.',
    retry: 'backoff',
  },
  appliedUnwritable: {
    code: 'HOWDAH_CONFIG_RELOAD_APPLIED_UNWRITABLE',
    meaning: 'An applied file, from which PostgreSQL reads its configuration, cannot be written.',
    remedy: 'Check free space, owner and mode of the directory named by applied.directory.',
    retry: 'backoff',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = configReloadErrors;
