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
import { type RepositoryView, type SeenBackup, viewIn } from './repository/views.ts';

/** What falls due by itself: a schedule, or a request. */
export type Timed = Omit<Schedule, 'cron' | 'timeZone'> & {
  readonly times: DueTimes;
  /** How many attempts may fail before it is given up; without end when absent. */
  readonly attempts?: number;
};

/** A schedule with its due times worked out. */
export interface TimedSchedule extends Schedule {
  readonly times: DueTimes;
}

/** A request falls due once, when it was made, and is satisfied as any due time is: by what the repository shows. */
export const timedRequest = ({ id, type, repos, at, withinHours, attempts }: Request): Timed => ({
  id: requestKey(id),
  ...{ type, repos, attempts },
  missed: { policy: 'run-once', withinHours },
  times: {
    next: (instant) => (instant < at ? at : undefined),
    previous: (instant) => (instant < at ? undefined : at),
  },
});

/** The backup that satisfies a request in each repository, by number. */
export const satisfiedBy = (
  request: Request,
  repositories: readonly RepositoryView[],
): ReadonlyMap<number, SeenBackup> =>
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
  const { schedules, now } = question;
  const missing = schedules.flatMap((schedule) =>
    missingNow({ ...question, schedules: [schedule] }).filter(({ dueAt }) => isMadeUp(schedule, dueAt, now)),
  );
  return question.initialBackup ? [...missing, ...firstBackups(question, missing)] : missing;
};

/**
 * The latest due time of each schedule in each repository that no backup satisfies, however long ago it was. It is
 * missing until a backup comes or the next due time takes its place: a backup that is no longer made up is not there
 * either, and the alarm must go on.
 */
export const missingNow = ({
  schedules,
  repositories,
  now,
}: Omit<DueQuestion, 'initialBackup'>): readonly Due[] => {
  const readable = repositories.filter(({ reachable }) => reachable);
  return schedules.flatMap(({ id, type, repos, times }) => {
    const dueAt = times.previous(now);
    if (dueAt === undefined) return [];
    return readable
      .filter(({ repo }) => repos.includes(repo))
      .map(({ repo }) => ({ scheduleId: id, type, repo, dueAt }))
      .filter((due) => !isSatisfied(due, backupsIn(readable, due.repo)));
  });
};

/** Whether a backup that is missing since `dueAt` is still taken. */
const isMadeUp = ({ missed }: Timed, dueAt: Date, now: Date): boolean =>
  now.getTime() - dueAt.getTime() <= (missed.policy === 'skip' ? skipAfterMs : missed.withinHours * hourMs);

/**
 * Whether a backup of that type or larger was started at or after the due time, by whomever, or says of
 * itself that it was taken for it. pgBackRest knows its start to the second; due times are whole minutes. One that is
 * superseded satisfies nothing: the cluster that is there now cannot be brought back with it.
 */
export const isSatisfied = (due: Due, backups: readonly SeenBackup[]): boolean =>
  backups.some(
    (backup) =>
      backup.repo === due.repo &&
      backup.superseded === undefined &&
      covers(backup.type, due.type) &&
      (backup.startedAt.getTime() >= due.dueAt.getTime() || wasTakenFor(backup, due)),
  );

/** The second way: a server whose clock is behind the agent's starts a backup before its due time. */
const wasTakenFor = ({ annotations }: SeenBackup, due: Due): boolean =>
  annotations[annotationKeys.schedule] === due.scheduleId &&
  Date.parse(annotations[annotationKeys.due] ?? '') >= due.dueAt.getTime();

/** Repositories that schedules use, that answer, hold no full backup that is of use, and have no full due anyway. */
const firstBackups = (question: DueQuestion, missing: readonly Due[]): readonly Due[] => {
  const used = new Set(question.schedules.flatMap(({ repos }) => repos));
  return question.repositories
    .filter(({ repo, reachable, backups }) => {
      const fullDue = missing.some((due) => due.repo === repo && due.type === 'full');
      return used.has(repo) && reachable && !fullDue && !backups.some(isUsefulFull);
    })
    .map(({ repo }) => ({ scheduleId: initialId, type: 'full', repo, dueAt: question.now }));
};

const isUsefulFull = ({ type, superseded }: SeenBackup): boolean =>
  type === 'full' && superseded === undefined;

const backupsIn = (views: readonly RepositoryView[], repo: number): readonly SeenBackup[] =>
  viewIn(views, repo)?.backups ?? [];
