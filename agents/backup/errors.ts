import type { ErrorCatalogue } from '@howdah/core/errors';

export const backupErrors = {
  roleUnknown: {
    code: 'HOWDAH_BACKUP_ROLE_UNKNOWN',
    meaning: 'Nobody says whether this member is the primary, so no backup starts here.',
    remedy: 'Check Patroni (patroni.url) and PostgreSQL (postgres.host) on this member.',
    retry: 'backoff',
  },
} as const satisfies ErrorCatalogue;

/** Beside the failures of its adapters. */
export const errorCatalogue: ErrorCatalogue = backupErrors;
