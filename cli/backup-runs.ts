import type { BackupStatus } from '@howdah/status/backup';
import type { Fleet } from '@howdah/status/fleet';
import { requireBackups } from './backup-view.ts';
import { renderTable } from './table.ts';
import { timestamp } from './timestamp.ts';
import { wrap } from './wrap.ts';

type Run = NonNullable<BackupStatus['runs']>[number];

/** Who tried what for which due time, and what came of it, newest first; by the run journals. */
export const backupRunsText = (fleet: Fleet): string => {
  const { detail, member } = requireBackups(fleet);
  const { journals = [], runs = [] } = detail;
  if (journals.length === 0)
    return 'No run journal is kept: `repositories:` in backup.yaml says where the repositories lie.\n';
  const troubles = journals.flatMap(({ repo, failure }) =>
    failure === undefined
      ? []
      : wrap(`The journal of repository ${repo} cannot be read now (${member.name}): ${failure}`, '  '),
  );
  if (runs.length === 0) return [...troubles, 'No run yet.', ''].join('\n');
  const columns = ['DUE (UTC)', 'SCHEDULE', 'TYPE', 'REPO', 'TRY', 'MEMBER', 'OUTCOME'];
  const table = renderTable(
    columns.map((title) => ({ title })),
    runs.map((run) => [
      timestamp(run.dueAt).slice(0, -':00'.length),
      run.scheduleId,
      run.type,
      String(run.repo),
      String(run.attempt),
      run.member,
      run.outcome ?? 'running',
    ]),
  );
  const reasons = runs.filter(({ reason }) => reason !== undefined).flatMap(reasonOf);
  return [...troubles, table, ...(reasons.length === 0 ? [] : ['', ...reasons]), ''].join('\n');
};

export const backupRunsJson = (fleet: Fleet): string => {
  const { detail, member } = requireBackups(fleet);
  const { stanza, journals = [], runs = [] } = detail;
  return `${JSON.stringify({ version: 1, stanza, toldBy: member.name, journals, runs }, undefined, 2)}\n`;
};

const reasonOf = ({ dueAt, scheduleId, attempt, reason = '' }: Run): readonly string[] =>
  wrap(reason, '  ', `${timestamp(dueAt).slice(0, -':00'.length)} ${scheduleId} (${attempt}): `);
