import { formatBytes } from '@howdah/core/units';
import type { BackupEntry, BackupStatus } from '@howdah/status/backup';
import { dependentsOf, referencesOf } from '@howdah/status/backup-view';
import type { Fleet } from '@howdah/status/fleet';
import { requireBackups } from './backup-view.ts';
import { type Fact, renderFacts } from './facts.ts';
import { type RepositoryStatus, restorableRange } from './restore/range.ts';
import { renderTable } from './table.ts';
import { timestamp } from './timestamp.ts';

/** Each repository: from when to when it can be restored, and its backups, newest first. */
export const backupListText = (fleet: Fleet): string => {
  const { detail, member } = requireBackups(fleet);
  if (detail.repositories.length === 0)
    return `No repository of stanza ${detail.stanza} (read by ${member.name}).\n`;
  return detail.repositories
    .map((repository) => `${repositoryLines(repository, detail, member.name).join('\n')}\n`)
    .join('\n');
};

/** As /status has it; each repository with its `restorable` range, each backup with what it needs and what needs it; what failed and is tried again. */
export const backupListJson = (fleet: Fleet): string => {
  const { detail, member, authoritative } = requireBackups(fleet);
  const { stanza, waiting } = detail;
  const repositories = detail.repositories.map((repository) => ({
    ...repository,
    restorable: restorableRange(repository, detail.archive),
    backups: repository.backups.map((backup) => ({
      ...backup,
      references: referencesOf(backup, repository.backups),
      dependents: dependentsOf(backup, repository.backups).map(({ label }) => label),
    })),
  }));
  return `${JSON.stringify({ version: 1, stanza, readBy: member.name, authoritative, repositories, waiting }, undefined, 2)}\n`;
};

const repositoryLines = (
  repository: RepositoryStatus,
  { stanza, archive, waiting }: BackupStatus,
  readBy: string,
): readonly string[] => {
  const { repo, reachable, refused, message = 'no answer', backups, retentionSet } = repository;
  const facts: readonly Fact[] = [
    ['Repository', `${repo}${reachable ? '' : ', which cannot be read now; what it last had:'}`],
    ['Trouble', reachable ? '' : message],
    ['Refused', refused ?? ''],
    ['Next try', triesOf(repo, waiting)],
    ['Retention', retentionSet === false ? 'none: nothing ever goes (repo-retention-full is not set)' : ''],
    ['Restorable', backups.length === 0 ? '' : rangeWords(repository, archive)],
  ];
  const empty = backups.length === 0 ? [`No backup of stanza ${stanza} (read by ${readBy}).`] : [];
  const damaged = backups
    .filter(({ error }) => error)
    .map(({ label }) => `Backup ${label} holds damaged pages.`);
  const table = backups.length === 0 ? [] : ['', backupTable(backups)];
  return [...renderFacts(facts), ...empty, ...damaged, ...table];
};

/** What failed on the primary, and when it goes on. */
const triesOf = (repo: number, waiting: BackupStatus['waiting'] = []): string =>
  waiting
    .filter((each) => each.repo === repo)
    .map(
      ({ scheduleId, type, failures, nextTryAt }) =>
        `${scheduleId} (${type}) at ${timestamp(nextTryAt)} UTC, after ${failures} failure${failures === 1 ? '' : 's'}`,
    )
    .join('; ');

const rangeWords = (repository: RepositoryStatus, archive: BackupStatus['archive']): string => {
  const range = restorableRange(repository, archive);
  if (range === undefined) return 'nothing: no backup has its WAL in the archive';
  const { oldest, newest, archiveKnown } = range;
  const holes =
    (repository.restorable?.ranges.length ?? 1) > 1 ? '; not to all between, for WAL is missing' : '';
  return archiveKnown
    ? `after ${timestamp(oldest)}, up to ${timestamp(newest)} UTC${holes}`
    : `after ${timestamp(oldest)}, at least up to ${timestamp(newest)} UTC (no primary tells how far the archive reaches)${holes}`;
};

/** What each needs is counted, to fit a terminal: `howdah backup show` has the labels. */
const backupTable = (backups: readonly BackupEntry[]): string =>
  renderTable(
    [
      { title: 'LABEL' },
      { title: 'TYPE' },
      // The label has the year.
      { title: 'DONE (UTC)' },
      { title: 'SIZE', align: 'right' },
      { title: 'ADDED', align: 'right' },
      { title: 'NEEDS', align: 'right' },
    ],
    backups
      .toSorted((a, b) => Date.parse(b.stoppedAt) - Date.parse(a.stoppedAt))
      .map((backup) => [
        // On a line of its own: beside the others it would go beyond 80 columns.
        backup.superseded === true ? `${backup.label}\n  superseded` : backup.label,
        backup.type,
        timestamp(backup.stoppedAt).slice('2026-'.length, '2026-03-01 09:30'.length),
        formatBytes(backup.databaseBytes),
        formatBytes(backup.repositoryBytes),
        String(referencesOf(backup, backups)?.length ?? '-'),
      ]),
  );
