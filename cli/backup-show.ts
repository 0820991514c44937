import { HowdahError } from '@howdah/core/errors';
import { formatBytes, formatDuration } from '@howdah/core/units';
import type { BackupEntry } from '@howdah/status/backup';
import { backupsNewestFirst, dependentsOf, referencesOf } from '@howdah/status/backup-view';
import { type Fleet, secondsBetween } from '@howdah/status/fleet';
import { requireBackups } from './backup-view.ts';
import { count } from './count.ts';
import { cliErrors } from './errors.ts';
import { type Fact, renderFacts } from './facts.ts';
import type { Style } from './style.ts';
import { timestamp } from './timestamp.ts';

/** Everything of one backup; of each, should two repositories have one of that label. */
export const backupShowText = (fleet: Fleet, label: string, style: Style): string => {
  const { backups, all } = backupsLabelled(fleet, label);
  return backups
    .map((backup) => [style.strong(backup.label), '', ...renderFacts(factsOf(backup, all)), ''].join('\n'))
    .join('\n');
};

/** As /status has each, with what it needs and what needs it. */
export const backupShowJson = (fleet: Fleet, label: string): string => {
  const { backups, all, stanza, readBy } = backupsLabelled(fleet, label);
  const shown = backups.map((backup) => ({
    ...backup,
    references: referencesOf(backup, all),
    dependents: dependentsOf(backup, all).map((dependent) => dependent.label),
  }));
  return `${JSON.stringify({ version: 1, stanza, readBy, backups: shown }, undefined, 2)}\n`;
};

const backupsLabelled = (fleet: Fleet, label: string) => {
  const { detail, member } = requireBackups(fleet);
  const all = backupsNewestFirst(detail);
  const backups = all.filter((backup) => backup.label === label);
  if (backups.length === 0)
    throw new HowdahError(cliErrors.noSuchBackup, `no backup ${label} of stanza ${detail.stanza}`);
  return { backups, all, stanza: detail.stanza, readBy: member.name };
};

const factsOf = (backup: BackupEntry, all: readonly BackupEntry[]): readonly Fact[] => [
  ['Type', backup.prior === undefined ? backup.type : `${backup.type}, on ${backup.prior}`],
  ['Repository', String(backup.repo)],
  [
    'Taken',
    `${timestamp(backup.startedAt)} to ${timestamp(backup.stoppedAt)} UTC, ${formatDuration(secondsBetween(backup.startedAt, backup.stoppedAt))}`,
  ],
  ['Database', sizeWords(backup.databaseBytes, backup.databaseDeltaBytes, 'copied')],
  ['Added', `${formatBytes(backup.repositoryBytes)} to the repository`],
  [
    'A restore',
    backup.restoreBytes === undefined
      ? ''
      : `reads ${formatBytes(backup.restoreBytes)} of the repository, and WAL from the first segment on`,
  ],
  ['WAL', spanWords(backup.walStart, backup.walStop)],
  ['LSN', spanWords(backup.lsnStart, backup.lsnStop)],
  ['Timeline', backup.timeline === undefined ? '' : String(backup.timeline)],
  [
    'Superseded',
    backup.superseded === true ? 'the cluster’s present timeline does not come from where it ended' : '',
  ],
  ['Pages', backup.error ? 'some are damaged' : ''],
  ['Made by', madeBy(backup)],
  ...annotationsOf(backup),
  ...listOf('Needs', referencesOf(backup, all)),
  ...listOf(
    'Needed by',
    dependentsOf(backup, all).map(({ label }) => label),
  ),
];

const sizeWords = (bytes: number, part: number | undefined, done: string): string =>
  part === undefined ? formatBytes(bytes) : `${formatBytes(bytes)}, of which ${formatBytes(part)} ${done}`;

const spanWords = (from: string | undefined, to: string | undefined): string =>
  from === undefined || to === undefined ? '' : from === to ? from : `${from} to ${to}`;

const madeBy = ({ pgbackrestVersion, postgresVersion }: BackupEntry): string =>
  [
    ...(pgbackrestVersion === undefined ? [] : [`pgBackRest ${pgbackrestVersion}`]),
    ...(postgresVersion === undefined ? [] : [`of PostgreSQL ${postgresVersion}`]),
  ].join(' ');

const annotationsOf = ({ annotations = {} }: BackupEntry): readonly Fact[] =>
  Object.entries(annotations).map(([name, value], index) => [
    index === 0 ? 'Annotations' : ' ',
    `${name}: ${value}`,
  ]);

/** How many, then a label on each line; nothing where an older agent does not tell. */
const listOf = (name: string, labels: readonly string[] | undefined): readonly Fact[] =>
  labels === undefined
    ? []
    : [
        [name, labels.length === 0 ? 'no other' : count(labels.length, 'backup')],
        ...labels.map((label): Fact => [' ', label]),
      ];
