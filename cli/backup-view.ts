import { HowdahError } from '@howdah/core/errors';
import { type BackupView, backupView } from '@howdah/status/backup-view';
import type { Fleet } from '@howdah/status/fleet';
import { cliErrors } from './errors.ts';

/** Whose word on backups counts. Throws HOWDAH_CLI_NO_BACKUP_AGENT when nobody has one. */
export const requireBackups = (fleet: Fleet): BackupView => {
  const view = backupView(fleet);
  if (view === undefined)
    throw new HowdahError(cliErrors.noBackupAgent, 'no backup agent among those that answered');
  return view;
};
