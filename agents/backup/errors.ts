import type { ErrorCatalogue } from '@howdah/core/errors';

export const backupErrors = {
  roleUnknown: {
    code: 'HOWDAH_BACKUP_ROLE_UNKNOWN',
    meaning: 'Nobody says whether this member is the primary, so no backup starts here.',
    remedy: 'Check Patroni (patroni.url) and PostgreSQL (postgres.host) on this member.',
    retry: 'backoff',
  },
  journalUnreadable: {
    code: 'HOWDAH_BACKUP_JOURNAL_UNREADABLE',
    meaning: 'An entry of the run journal beside the stanza is damaged, or was written by a newer version.',
    remedy: 'Run the same version of the agents on every member, or remove the object that is named.',
    retry: 'backoff',
  },
  journalUnreachable: {
    code: 'HOWDAH_BACKUP_JOURNAL_UNREACHABLE',
    meaning: 'The run journal beside the stanza cannot be read or written, so no backup is begun.',
    remedy:
      'Compare `repositories:` of backup.yaml with pgbackrest.conf; the credentials have to read, create, write, list and delete below `<repository>/howdah/`.',
    retry: 'backoff',
  },
  noRoom: {
    code: 'HOWDAH_BACKUP_NO_ROOM',
    meaning:
      'The volume of the repository has less room than the last backups of the type took, so the backup is not begun.',
    remedy:
      'Enlarge the volume, or keep less (`repo-retention-full`, `repo-retention-archive`); `whenFull: expire-first` lets go before a backup what retention no longer keeps. It is tried again by itself.',
    retry: 'backoff',
  },
  hookFailed: {
    code: 'HOWDAH_BACKUP_HOOK_FAILED',
    meaning: 'A command of `hooks:` could not be started, did not end well, or took too long.',
    remedy:
      'Run it by hand in the agent’s container, as the agent’s user; the agent’s log has the last of its output. A backup is begun only after all of `hooks.before` ended with 0.',
    retry: 'backoff',
  },
  archiveTooLarge: {
    code: 'HOWDAH_BACKUP_ARCHIVE_TOO_LARGE',
    meaning: 'The archive holds more WAL since the oldest backup than the agent looks through for gaps.',
    remedy:
      'Keep fewer backups, or less WAL between them (`repo-retention-full`, `repo-retention-archive`); backups go on all the same.',
    retry: 'backoff',
  },
  archiveHistory: {
    code: 'HOWDAH_BACKUP_ARCHIVE_HISTORY',
    meaning: 'The archive’s history file of a timeline does not say how the timeline came about.',
    remedy: 'Compare it with the file of that name in pg_wal of the primary; a restore needs it as well.',
    retry: 'backoff',
  },
  notRendered: {
    code: 'HOWDAH_BACKUP_NOT_RENDERED',
    meaning:
      'pgbackrest.conf cannot be made of backup.yaml and the files with secrets; the one before stays.',
    remedy:
      'Mend the file that the message names, or give the agent’s user the right to write in `pgbackrest.render.directory`; it goes on by itself.',
    retry: 'backoff',
  },
} as const satisfies ErrorCatalogue;

/** Beside the failures of its adapters. */
export const errorCatalogue: ErrorCatalogue = backupErrors;
