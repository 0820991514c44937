import type { StanzaInfo } from '@howdah/pgbackrest/info';
import { memberRole } from '@howdah/status/backup';
import { Counter, type Registry } from 'prom-client';
import { declareFamilies, type Family, type Sample } from './metric-family.ts';
import { backupTypes, runOutcomes } from './model.ts';
import { pgbackrestFamilies } from './pgbackrest-metrics.ts';
import type { Knowledge } from './report.ts';

export interface MetricsKnowledge extends Knowledge {
  /** The last reading as a whole; undefined when it failed or none was made. */
  readonly info: StanzaInfo | undefined;
}

export interface Metrics {
  readonly runs: Counter<'type' | 'outcome'>;
  /** Where the gauges get their values from; undefined while no agent runs, which leaves them empty. */
  source: (() => MetricsKnowledge) | undefined;
}

const seconds = (time: Date): number => time.getTime() / 1000;

/** One series for the stanza, where the value is known. */
const one = (stanza: string, value: number | undefined): readonly Sample[] =>
  value === undefined ? [] : [[{ stanza }, value]];

const families: readonly Family<MetricsKnowledge>[] = [
  {
    name: 'howdah_backup_role',
    help: '1 for the role of this member as the backup agent sees it, 0 for the others.',
    labels: ['role', 'stanza'],
    samples: ({ role, stanza }) =>
      memberRole.options.map((name) => [{ role: name, stanza }, Number(role.role === name)]),
  },
  {
    name: 'howdah_backup_running',
    help: '1 while this agent takes a backup.',
    labels: ['stanza'],
    samples: ({ running, stanza }) => one(stanza, Number(running !== undefined)),
  },
  {
    name: 'howdah_backup_last_success_timestamp_seconds',
    help: 'When the newest backup of the type in the repository ended, whoever took it.',
    labels: ['type', 'repo', 'stanza'],
    samples: ({ repositories, stanza }) =>
      repositories.flatMap(({ repo, backups }) =>
        backupTypes.flatMap((type) => {
          const last = backups.filter((backup) => backup.type === type).at(-1);
          return last === undefined
            ? []
            : [[{ type, repo: String(repo), stanza }, seconds(last.stoppedAt)] as const];
        }),
      ),
  },
  {
    name: 'howdah_backup_next_due_timestamp_seconds',
    help: 'When the schedule says that the next backup should start.',
    labels: ['schedule', 'stanza'],
    samples: ({ schedules, stanza, now }) =>
      schedules.flatMap(({ id, times }) => {
        const due = times.next(now);
        return due === undefined ? [] : [[{ schedule: id, stanza }, seconds(due)] as const];
      }),
  },
  {
    name: 'howdah_backup_overdue_seconds',
    help: 'How long ago a backup was due that the repository does not have; 0 when it has what is due. Absent while the repository does not answer.',
    labels: ['schedule', 'repo', 'stanza'],
    samples: ({ schedules, repositories, dues, stanza, now }) =>
      schedules.flatMap(({ id, repos }) =>
        repositories
          .filter(({ repo, reachable }) => reachable && repos.includes(repo))
          .map(({ repo }) => {
            const due = dues.find((one) => one.scheduleId === id && one.repo === repo);
            const overdue = due === undefined ? 0 : seconds(now) - seconds(due.dueAt);
            return [{ schedule: id, repo: String(repo), stanza }, overdue] as const;
          }),
      ),
  },
  {
    name: 'howdah_backup_repository_reachable',
    help: '1 when the repository answered at the last look, 0 when it did not.',
    labels: ['repo', 'stanza'],
    samples: ({ repositories, stanza }) =>
      repositories.map(({ repo, reachable }) => [{ repo: String(repo), stanza }, Number(reachable)]),
  },
  {
    name: 'howdah_backup_repository_checked_timestamp_seconds',
    help: 'When the repository was last looked at.',
    labels: ['repo', 'stanza'],
    samples: ({ repositories, stanza }) =>
      repositories.map(({ repo, checkedAt }) => [{ repo: String(repo), stanza }, seconds(checkedAt)]),
  },
  {
    name: 'howdah_backup_wal_at_risk_bytes',
    help: 'WAL written and not archived, which would be lost with the primary now. On the primary only.',
    labels: ['stanza'],
    samples: ({ archive, stanza }) => one(stanza, archive?.atRiskBytes),
  },
  {
    name: 'howdah_backup_wal_at_risk_seconds',
    help: 'Age of the oldest WAL that is not archived. On the primary only.',
    labels: ['stanza'],
    samples: ({ archive, stanza }) => one(stanza, archive?.atRiskSeconds),
  },
];

/** Declares all metrics of the agent; once per process. */
export const createMetrics = (registry: Registry): Metrics => {
  const runs = new Counter({
    name: 'howdah_backup_runs_total',
    help: 'Runs of this agent that ended: done (the repository shows the backup), failed, aborted (role lost or asked to stop), absorbed (a larger run did for it).',
    labelNames: ['type', 'outcome'] as const,
    registers: [registry],
  });
  for (const type of backupTypes) for (const outcome of runOutcomes) runs.inc({ type, outcome }, 0);
  const metrics: Metrics = { runs, source: undefined };
  declareFamilies(registry, families, () => metrics.source?.());
  declareFamilies(registry, pgbackrestFamilies, () => {
    const known = metrics.source?.();
    // Before the first look nothing is known, not even that pgBackRest does not answer.
    if (known === undefined || known.repositories.length === 0) return undefined;
    const backups = known.repositories.flatMap((view) => view.backups);
    return {
      stanza: known.stanza,
      ...(known.info === undefined ? {} : { info: known.info }),
      backups,
      now: known.now,
    };
  });
  return metrics;
};
