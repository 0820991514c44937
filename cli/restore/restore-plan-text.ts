import { formatBytes } from '@howdah/core/units';
import { count } from '../count.ts';
import { type Fact, renderFacts } from '../facts.ts';
import type { Style } from '../style.ts';
import { timestamp } from '../timestamp.ts';
import { wrap } from '../wrap.ts';
import { shellWord } from './command-line.ts';
import type { Fetched } from './fetch.ts';
import type { RestorePlan } from './restore-plan.ts';
import type { TargetTimeline } from './timeline.ts';

/** The target first, then from what and how, the command to copy, and what to know before it is run. */
export const restorePlanText = (plan: RestorePlan, style: Style): string => {
  const { backup, timeline, range } = plan.chosen;
  const facts: readonly Fact[] = [
    ['Backup', `${backup.label} (${backup.type})`],
    ['Done', `${timestamp(backup.stoppedAt)} UTC`],
    ['Repository', String(backup.repo)],
    ['Timeline', timelineWords(timeline)],
    ['Fetched', backupWords(plan.chosen.fetched)],
    ['WAL', walWords(plan.chosen.fetched.wal)],
    ['Restorable', `after ${timestamp(range.oldest)}, up to ${timestamp(range.newest)} UTC`],
  ];
  return [
    style.strong(`To ${plan.target}, stanza ${plan.stanza}. Nothing has been restored.`),
    ...(plan.time === plan.target ? [] : [style.faint(`(asked for: ${plan.time})`)]),
    '',
    ...renderFacts(facts),
    '',
    ...wrap('As the user of PostgreSQL, where pgbackrest.conf is, with PostgreSQL stopped:'),
    '',
    style.strong(commandLines(plan.command)),
    '',
    ...plan.notes.flatMap((note) => wrap(note, '  ', '- ')),
    '',
  ].join('\n');
};

/** The same for programs; `commandLine` is what a shell takes. */
export const restorePlanJson = (plan: RestorePlan): string =>
  `${JSON.stringify({ version: 1, ...plan, commandLine: plan.command.map(shellWord).join(' ') }, undefined, 2)}\n`;

/** Copied whole: each line but the last ends as a shell has it. */
const commandLines = (command: readonly string[]): string =>
  wrap(command.map((argument) => shellWord(argument).replaceAll(' ', unbroken)).join(' '), '  ', '', 78)
    .join(' \\\n')
    .replaceAll(unbroken, ' ');

/** Stands for a blank inside an argument while lines are broken. */
const unbroken = '\u00a0';

const timelineWords = ({ timeline, of }: TargetTimeline): string =>
  of === 'primary'
    ? `${timeline}, on which the primary is. The command names it, so that a promotion before it is run changes nothing.`
    : `${timeline}, the newest that the archive holds anything of; no primary has archived on a newer one.`;

const backupWords = ({ backupBytes, exact }: Fetched): string => {
  if (backupBytes === undefined)
    return 'not known: the backup is block incremental, of which pgBackRest tells no size';
  return exact
    ? `${formatBytes(backupBytes)} of the repository; less with --delta`
    : `at most ${formatBytes(backupBytes)} of the repository, all that the backups it needs have added: of block incremental ones pgBackRest tells no more`;
};

const walWords = ({ from, to, segments, segmentBytes }: Fetched['wal']): string => {
  if (from === undefined) return '';
  const span = to === undefined ? `from ${from} on` : `${from} to ${to}`;
  return segments === undefined || segmentBytes === undefined
    ? `${span}, as far as the target needs`
    : `at most ${count(segments, 'segment')} of ${formatBytes(segmentBytes)} (${formatBytes(segments * segmentBytes)} before compression), ${span}`;
};
