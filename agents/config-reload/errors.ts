import type { ErrorCatalogue } from '@howdah/core/errors';

export const configReloadErrors = {
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
