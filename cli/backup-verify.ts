import { formatDuration } from '@howdah/core/units';
import type { Fleet } from '@howdah/status/fleet';
import type { Verification } from '@howdah/status/verification';
import { requireBackups } from './backup-view.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { timestamp } from './timestamp.ts';
import { wrap } from './wrap.ts';

export type Verified = Verification['repositories'][number];

/** What the last verify of each repository found, whichever member made it. */
export const backupVerifyText = (fleet: Fleet, style: Style): string => {
  const { verification } = requireBackups(fleet).detail;
  if (verification === undefined)
    return 'Nothing is verified: `verify:` in backup.yaml says when, and `howdah backup verify --now` does it once.\n';
  const { repositories, nextDue, unavailable } = verification;
  const columns = ['REPO', 'VERDICT', 'VERIFIED (UTC)', 'TOOK', 'MEMBER'];
  const table = renderTable(
    columns.map((title) => ({ title })),
    repositories.map(({ repo, last }) => [
      String(repo),
      last === undefined ? 'not yet' : last.verdict,
      last === undefined ? '' : minutes(last.endedAt),
      last === undefined ? '' : formatDuration(secondsOf(last)),
      last?.member ?? '',
    ]),
  );
  const notes = [
    ...(unavailable === undefined ? [] : wrap(`Not done: ${unavailable}`, '  ')),
    ...repositories.flatMap((one) => notesOn(one, style)),
    ...(nextDue[0] === undefined ? [] : [`Next due ${minutes(nextDue[0])} UTC.`]),
  ];
  return [table, '', ...notes, ''].join('\n');
};

export const backupVerifyJson = (fleet: Fleet): string => {
  const { detail, member } = requireBackups(fleet);
  const { stanza, verification } = detail;
  return `${JSON.stringify({ version: 1, stanza, toldBy: member.name, ...verification }, undefined, 2)}\n`;
};

const notesOn = (verified: Verified, style: Style): readonly string[] => {
  const { repo, last, lastTry, running, askedAt, overdueSince, journalFailure } = verified;
  const of = `Repository ${repo}`;
  return [
    ...problemsOf(verified, style),
    ...(running === undefined
      ? []
      : [`${of} is being verified by ${running.member} since ${minutes(running.startedAt)} UTC.`]),
    ...(askedAt === undefined ? [] : [`${of} waits to be verified, asked for at ${minutes(askedAt)} UTC.`]),
    ...(overdueSince === undefined
      ? []
      : [`${of} was to be verified at ${minutes(overdueSince)} UTC; that came to no verdict yet.`]),
    ...(lastTry === undefined || last?.dueAt === lastTry.dueAt
      ? []
      : wrap(`${of}, ${lastTry.outcome} at ${minutes(lastTry.endedAt)} UTC: ${lastTry.reason}`, '  ')),
    ...(journalFailure === undefined
      ? []
      : wrap(`${of}: what other members found cannot be read: ${journalFailure}`, '  ')),
  ];
};

/** What the last verify found. */
export const problemsOf = ({ repo, last }: Verified, style: Style): readonly string[] =>
  last?.verdict === 'invalid'
    ? [
        style.alarm(`Repository ${repo} is damaged:`),
        ...last.problems.flatMap((problem) => wrap(problem, '    ', '  ')),
      ]
    : [];

export const secondsOf = (of: { readonly startedAt: string; readonly endedAt: string }): number =>
  (Date.parse(of.endedAt) - Date.parse(of.startedAt)) / 1_000;

const minutes = (instant: string): string => timestamp(instant).slice(0, -':00'.length);
