import { HowdahError } from '@howdah/core/errors';
import { formatBytes } from '@howdah/core/units';
import { type BackupView, backupsNewestFirst, backupView } from '@howdah/status/backup-view';
import type { Fleet } from '@howdah/status/fleet';
import { cliErrors } from './errors.ts';
import { renderTable } from './table.ts';

/** Whose word on backups counts. Throws HOWDAH_CLI_NO_BACKUP_AGENT when nobody has one. */
export const requireBackups = (fleet: Fleet): BackupView => {
  const view = backupView(fleet);
  if (view === undefined)
    throw new HowdahError(cliErrors.noBackupAgent, 'no backup agent among those that answered');
  return view;
};

/** All backups of all repositories, newest first. */
export const backupListText = (fleet: Fleet): string => {
  const { detail, member } = requireBackups(fleet);
  const backups = backupsNewestFirst(detail);
  const unreadable = detail.repositories
    .filter(({ reachable }) => !reachable)
    .map(
      ({ repo, message }) =>
        `Repository ${repo} cannot be read${message === undefined ? '' : `: ${message}`}`,
    );
  if (backups.length === 0)
    return [...unreadable, `No backup of stanza ${detail.stanza} (read by ${member.name}).`, ''].join('\n');
  const table = renderTable(
    [
      { title: 'LABEL' },
      { title: 'TYPE' },
      { title: 'REPO', align: 'right' },
      { title: 'DONE (UTC)' },
      { title: 'SIZE', align: 'right' },
      { title: 'TL', align: 'right' },
    ],
    backups.map(({ label, type, repo, stoppedAt, databaseBytes, timeline }) => [
      label,
      type,
      String(repo),
      stoppedAt.slice(0, 16).replace('T', ' '),
      formatBytes(databaseBytes),
      timeline === undefined ? '-' : String(timeline),
    ]),
  );
  const damaged = backups
    .filter(({ error }) => error)
    .map(({ label }) => `Backup ${label} holds damaged pages.`);
  return [...unreadable, ...damaged, table, ''].join('\n');
};

export const backupListJson = (fleet: Fleet): string => {
  const { detail, member, authoritative } = requireBackups(fleet);
  const { stanza, repositories } = detail;
  return `${JSON.stringify({ version: 1, stanza, readBy: member.name, authoritative, repositories }, undefined, 2)}\n`;
};
