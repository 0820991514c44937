import type { StanzaInfo } from '@howdah/pgbackrest/info';
import { memberRole } from '@howdah/status/backup';
import { Counter, type Registry } from 'prom-client';
import { archiveFamilies } from './archive/families.ts';
import { declareFamilies, type Family, type Sample } from './metric-family.ts';
import { backupTypes, runOutcomes } from './model.ts';
import type { Knowledge } from './report.ts';
import { pgbackrestFamilies } from './repository/pgbackrest-metrics.ts';
import { refusalOf } from './repository/stanza-judgement.ts';
import type { RepositoryStorage } from './repository/storage.ts';
import { presentLine } from './repository/superseded.ts';
import { verificationFamilies } from './verification/families.ts';

export interface MetricsKnowledge extends Knowledge {
  /** The last reading as a whole; undefined when it failed or none was made. */
  readonly info: StanzaInfo | undefined;
  /** What is known of where the repositories lie. */
  readonly storage: readonly RepositoryStorage[];
}

export interface Metrics {
  readonly runs: Counter<'type' | 'outcome'>;
  readonly hookFailures: Counter<'when'>;
  /** Where the gauges get their values from; undefined while no agent runs, which leaves them empty. */
  source: (() => MetricsKnowledge) | undefined;
}

const seconds = (time: Date): number => time.getTime() / 1000;

/** One series for the stanza, where the value is known. */
const one = (stanza: string, value: number | undefined): readonly Sample[] =>
  value === undefined ? [] : [[{ stanza }, value]];

const perRepository =
  (value: (storage: RepositoryStorage) => number | undefined) =>
  ({ storage, stanza }: MetricsKnowledge): readonly Sample[] =>
    storage.flatMap((each) => {
      const known = value(each);
      return known === undefined ? [] : [[{ repo: String(each.repo), stanza }, known] as const];
    });

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
    help: 'When the newest backup of the type in the repository ended, whoever took it; superseded ones do not count. Of each repository, own copies (`howdah_backup_repo_own_copy`) included.',
    labels: ['type', 'repo', 'stanza'],
    samples: ({ repositories, stanza }) =>
      repositories.flatMap(({ repo, backups }) =>
        backupTypes.flatMap((type) => {
          const last = backups.findLast((backup) => backup.type === type && backup.superseded === undefined);
          return last === undefined
            ? []
            : [[{ type, repo: String(repo), stanza }, seconds(last.stoppedAt)] as const];
        }),
      ),
  },
  {
    name: 'howdah_backup_superseded',
    help: 'Number of backups in the repository that ended on a timeline, or behind the end of one, that the primary’s does not come from. Absent while nobody tells its history.',
    labels: ['repo', 'stanza'],
    samples: ({ role, history, repositories, stanza }) =>
      presentLine(role, history) === undefined
        ? []
        : repositories.map(({ repo, backups }) => [
            { repo: String(repo), stanza },
            backups.filter(({ superseded }) => superseded !== undefined).length,
          ]),
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
    help: 'How long ago a backup was due that the repository does not have; 0 when it has what is due. It goes on until a backup comes or the next due time, also when it is no longer made up. Absent while the repository does not answer.',
    labels: ['schedule', 'repo', 'stanza'],
    samples: ({ schedules, repositories, missing, stanza, now }) =>
      schedules.flatMap(({ id, repos }) =>
        repositories
          .filter(({ repo, reachable, ownCopy }) => reachable && ownCopy !== true && repos.includes(repo))
          .map(({ repo }) => {
            const due = missing.find((one) => one.scheduleId === id && one.repo === repo);
            const overdue = due === undefined ? 0 : seconds(now) - seconds(due.dueAt);
            return [{ schedule: id, repo: String(repo), stanza }, overdue] as const;
          }),
      ),
  },
  {
    name: 'howdah_backup_repo_reachable',
    help: '1 when the repository answered at the last look, 0 when it did not.',
    labels: ['repo', 'stanza'],
    samples: ({ repositories, stanza }) =>
      repositories.map(({ repo, reachable }) => [{ repo: String(repo), stanza }, Number(reachable)]),
  },
  {
    name: 'howdah_backup_repo_checked_timestamp_seconds',
    help: 'When the repository was last looked at.',
    labels: ['repo', 'stanza'],
    samples: ({ repositories, stanza }) =>
      repositories.map(({ repo, checkedAt }) => [{ repo: String(repo), stanza }, seconds(checkedAt)]),
  },
  {
    name: 'howdah_backup_repo_refused',
    help: '1 when nothing is written to the repository: its stanza is of another cluster, or its volume is seen by one member only or not mounted; 0 otherwise. Absent before the first look.',
    labels: ['repo', 'stanza'],
    samples: ({ repositories, stanza }) =>
      repositories
        .filter((view) => view.stanza !== undefined)
        .map((view) => [{ repo: String(view.repo), stanza }, Number(refusalOf(view) !== undefined)]),
  },
  {
    name: 'howdah_backup_repo_own_copy',
    help: '1 when the repository is a directory of this member’s own (`shared: false`), which decides for nothing whether a backup is there; 0 otherwise.',
    labels: ['repo', 'stanza'],
    samples: ({ repositories, stanza }) =>
      repositories.map(({ repo, ownCopy }) => [{ repo: String(repo), stanza }, Number(ownCopy === true)]),
  },
  {
    name: 'howdah_backup_check_success',
    help: '1 when WAL went the whole way to every repository at the last `pgbackrest check`, 0 when it did not. On the primary only, once it has checked.',
    labels: ['stanza'],
    samples: ({ check, stanza }) =>
      one(stanza, check === undefined ? undefined : Number(check.reason === undefined)),
  },
  {
    name: 'howdah_backup_check_timestamp_seconds',
    help: 'When the last `pgbackrest check` of this agent ended.',
    labels: ['stanza'],
    samples: ({ check, stanza }) => one(stanza, check === undefined ? undefined : seconds(check.at)),
  },
  {
    name: 'howdah_backup_repo_retention_set',
    help: '1 when pgbackrest.conf says how many full backups the repository keeps, 0 when none ever goes. Absent where that file is not known.',
    labels: ['repo', 'stanza'],
    samples: perRepository(({ retentionSet }) =>
      retentionSet === undefined ? undefined : Number(retentionSet),
    ),
  },
  {
    name: 'howdah_backup_repo_volume_size_bytes',
    help: 'Size of the volume that the repository lies on; only of one on a file system that this member mounts.',
    labels: ['repo', 'stanza'],
    samples: perRepository(({ room }) => room?.sizeBytes),
  },
  {
    name: 'howdah_backup_repo_volume_available_bytes',
    help: 'What can still be written to the volume that the repository lies on.',
    labels: ['repo', 'stanza'],
    samples: perRepository(({ room }) => room?.availableBytes),
  },
  {
    name: 'howdah_backup_configuration_written',
    help: '1 while pgbackrest.conf is what backup.yaml and the files with secrets say, 0 when it could not be written. Absent where somebody else writes it.',
    labels: ['stanza'],
    samples: ({ render, stanza }) =>
      one(stanza, render === undefined ? undefined : Number(render.problem === undefined)),
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
  ...archiveFamilies,
  ...verificationFamilies,
];

/** Declares all metrics of the agent; once per process. */
export const createMetrics = (registry: Registry): Metrics => {
  const runs = new Counter({
    name: 'howdah_backup_runs_total',
    help: 'Runs of this agent that ended: done (the repository shows the backup), failed, aborted (role lost or asked to stop), absorbed (a larger run did for it), refused (another member is at it).',
    labelNames: ['type', 'outcome'] as const,
    registers: [registry],
  });
  for (const type of backupTypes) for (const outcome of runOutcomes) runs.inc({ type, outcome }, 0);
  const hookFailures = new Counter({
    name: 'howdah_backup_hook_failures_total',
    help: 'Hooks that did not end well or took too long: before a backup, which then was not taken, and after one.',
    labelNames: ['when'] as const,
    registers: [registry],
  });
  for (const when of ['before', 'after'] as const) hookFailures.inc({ when }, 0);
  const metrics: Metrics = { runs, hookFailures, source: undefined };
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
