import type { Backup } from '@howdah/pgbackrest/info';
import type { DueTimes } from '@howdah/schedule/due-times';
import {
  annotationKeys,
  covers,
  type Due,
  initialId,
  type Request,
  requestKey,
  type Schedule,
} from './model.ts';
import type { RepositoryView } from './repositories.ts';

/** What falls due by itself: a schedule, or a request. */
export type Timed = Omit<Schedule, 'cron' | 'timeZone'> & { readonly times: DueTimes };

/** A schedule with its due times worked out. */
export interface TimedSchedule extends Schedule {
  readonly times: DueTimes;
}

/** A request falls due once, when it was made, and is satisfied as any due time is: by what the repository shows. */
export const timedRequest = ({ id, type, repos, at }: Request): Timed => ({
  id: requestKey(id),
  ...{ type, repos },
  missed: { policy: 'run-once', withinHours: requestHours },
  times: {
    next: (instant) => (instant < at ? at : undefined),
    previous: (instant) => (instant < at ? undefined : at),
  },
});

/** Longer ago it is history, whose backup may have been expired since. */
const requestHours = 168;

/** The backup that satisfies a request in each repository, by number. */
export const satisfiedBy = (
  request: Request,
  repositories: readonly RepositoryView[],
): ReadonlyMap<number, Backup> =>
  new Map(
    request.repos.flatMap((repo) => {
      const due = { scheduleId: requestKey(request.id), type: request.type, repo, dueAt: request.at };
      const backup = backupsIn(repositories, repo).find((each) => isSatisfied(due, [each]));
      return backup === undefined ? [] : [[repo, backup] as const];
    }),
  );

export interface DueQuestion {
  readonly schedules: readonly Timed[];
  readonly repositories: readonly RepositoryView[];
  /** Whether a repository without any full backup gets one at once. */
  readonly initialBackup: boolean;
  readonly now: Date;
}

const hourMs = 3_600_000;
/** How late a schedule that skips what it missed may still start: node-cron's minute, a retry, a switchover. */
const skipAfterMs = 10 * 60_000;

/**
 * What should be in the repositories by now and is not: per schedule and repository the latest due time,
 * unless a backup satisfies it. Nothing is remembered: the repository and the clock say it all, so every
 * member comes to the same answer, and a run that a failover, a restart or a hole in the network swallowed
 * is simply still due. Of a repository that does not answer nothing can be said, so nothing is due there.
 */
export const dueNow = (question: DueQuestion): readonly Due[] => {
  const { schedules, repositories, now } = question;
  const readable = repositories.filter(({ reachable }) => reachable);
  const scheduled = schedules.flatMap((schedule) => {
    const dueAt = latestDue(schedule, now);
    if (dueAt === undefined) return [];
    return readable
      .filter(({ repo }) => schedule.repos.includes(repo))
      .map(({ repo }) => ({ scheduleId: schedule.id, type: schedule.type, repo, dueAt }));
  });
  const missing = scheduled.filter((due) => !isSatisfied(due, backupsIn(readable, due.repo)));
  return question.initialBackup ? [...missing, ...firstBackups(question, missing)] : missing;
};

/** The latest due time that is not too old to be made up. */
const latestDue = ({ times, missed }: Timed, now: Date): Date | undefined => {
  const dueAt = times.previous(now);
  const limitMs = missed.policy === 'skip' ? skipAfterMs : missed.withinHours * hourMs;
  return dueAt !== undefined && now.getTime() - dueAt.getTime() <= limitMs ? dueAt : undefined;
};

/**
 * Whether a backup of that type or larger was started at or after the due time, by whomever, or says of
 * itself that it was taken for it. pgBackRest knows its start to the second; due times are whole minutes.
 */
export const isSatisfied = (due: Due, backups: readonly Backup[]): boolean =>
  backups.some(
    (backup) =>
      backup.repo === due.repo &&
      covers(backup.type, due.type) &&
      (backup.startedAt.getTime() >= due.dueAt.getTime() || wasTakenFor(backup, due)),
  );

/** The second way: a server whose clock is behind the agent's starts a backup before its due time. */
const wasTakenFor = ({ annotations }: Backup, due: Due): boolean =>
  annotations[annotationKeys.schedule] === due.scheduleId &&
  Date.parse(annotations[annotationKeys.due] ?? '') >= due.dueAt.getTime();

/** Repositories that schedules use, that answer, hold no full backup, and have no full due anyway. */
const firstBackups = (question: DueQuestion, missing: readonly Due[]): readonly Due[] => {
  const used = new Set(question.schedules.flatMap(({ repos }) => repos));
  return question.repositories
    .filter(({ repo, reachable, backups }) => {
      const fullDue = missing.some((due) => due.repo === repo && due.type === 'full');
      return used.has(repo) && reachable && !fullDue && !backups.some(({ type }) => type === 'full');
    })
    .map(({ repo }) => ({ scheduleId: initialId, type: 'full', repo, dueAt: question.now }));
};

const backupsIn = (views: readonly RepositoryView[], repo: number): readonly Backup[] =>
  views.find((view) => view.repo === repo)?.backups ?? [];
