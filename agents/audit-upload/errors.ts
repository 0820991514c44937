import type { ErrorCatalogue } from '@howdah/core/errors';

export const auditErrors = {
  logDirectoryUnreadable: {
    code: 'HOWDAH_AUDIT_LOG_DIRECTORY_UNREADABLE',
    meaning: 'The directory with PostgreSQL’s csvlog, or a file in it, cannot be read.',
    remedy:
      'Check logDirectory and auditDirectory, their mounts and log_file_mode (0640 with a shared group).',
    retry: 'backoff',
  },
  stateUnwritable: {
    code: 'HOWDAH_AUDIT_STATE_UNWRITABLE',
    meaning: 'Audit records cannot be written to the state directory.',
    remedy: 'Check free space, owner and mode of the state volume. Nothing is lost: the log is read again.',
    retry: 'backoff',
  },
  stateDamaged: {
    code: 'HOWDAH_AUDIT_STATE_DAMAGED',
    meaning: 'What lies in the state directory is not what was written there.',
    remedy:
      'Keep the directory as evidence, move the chain’s folder and checkpoint.json aside, and let a new chain begin; the log files that are still there are then read from their beginning.',
    retry: 'backoff',
  },
  notProven: {
    code: 'HOWDAH_AUDIT_NOT_PROVEN',
    meaning: 'The store took an object, but reading it back gave something else, or nothing.',
    remedy:
      'The local copy is kept. Look at the object that is named: if it is damaged, remove it, and it is uploaded again.',
    retry: 'backoff',
  },
  chainConflict: {
    code: 'HOWDAH_AUDIT_CHAIN_CONFLICT',
    meaning: 'The store has another manifest under the number that is next in this chain.',
    remedy:
      'Somebody else writes this chain: a copied state directory, or a restored one. Move the state aside on one of them, and a new chain begins there.',
    retry: 'backoff',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = auditErrors;
