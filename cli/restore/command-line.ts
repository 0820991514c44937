import type { BackupStatus } from '@howdah/status/backup';
import type { RestoreChoice } from './choose.ts';
import { formatTarget, type TargetTime } from './target-time.ts';

/**
 * The call of pgBackRest that a plan stands for, as arguments. Set and timeline are named although pgBackRest would
 * choose some by itself: what a backup or a promotion between plan and restore adds must not change the outcome.
 *
 * @param delta keeps files of the data directory that are right already
 */
export const restoreCommand = (
  { stanza, configFile, configPath }: Pick<BackupStatus, 'stanza' | 'configFile' | 'configPath'>,
  { backup, timeline }: RestoreChoice,
  target: TargetTime,
  delta: boolean,
): readonly string[] => [
  'pgbackrest',
  ...configurationOf({ configFile, configPath }),
  `--stanza=${stanza}`,
  `--repo=${backup.repo}`,
  `--set=${backup.label}`,
  '--type=time',
  `--target=${formatTarget(target)}`,
  '--target-action=promote',
  `--target-timeline=${timeline.timeline}`,
  ...(delta ? ['--delta'] : []),
  'restore',
];

/** What the agent writes lies in two files, of which `--config` would name one alone. */
export const configurationOf = ({
  configFile,
  configPath,
}: Pick<BackupStatus, 'configFile' | 'configPath'>): readonly string[] => {
  if (configPath !== undefined) return [`--config-path=${configPath}`];
  return configFile === undefined ? [] : [`--config=${configFile}`];
};

/** As a shell takes it: `--target='2026-03-01 08:30:00+00:00'`. */
export const shellWord = (argument: string): string => {
  if (/^[\w@%+=:,./-]+$/.test(argument)) return argument;
  const [, name = '', value = ''] = /^(--[\w-]+=)?(.*)$/s.exec(argument) ?? [];
  return `${name}'${value.replaceAll("'", "'\\''")}'`;
};
