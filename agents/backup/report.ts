import type { Backup } from '@howdah/pgbackrest/info';
import { upcoming } from '@howdah/schedule/due-times';
import type { BackupEntry, BackupStatus, RunOutcome } from '@howdah/status/backup';
import type { ArchiveState } from './archive.ts';
import type { RoleView } from './gate.ts';
import type { Running } from './loop.ts';
import type { Due, Request } from './model.ts';
import type { RepositoryView } from './repositories.ts';
import { satisfiedBy, type TimedSchedule } from './schedule.ts';
import { timelineOf } from './wal.ts';

/** All that the agent knows at one moment. */
export interface Knowledge {
  readonly stanza: string;
  readonly role: RoleView;
  readonly schedules: readonly TimedSchedule[];
  readonly requests: readonly Request[];
  readonly repositories: readonly RepositoryView[];
  readonly dues: readonly Due[];
  readonly running: Running | undefined;
  readonly lastRun: RunOutcome | undefined;
  readonly archive: ArchiveState | undefined;
  readonly now: Date;
}

const upcomingCount = 3;

/** The agent's part of `/status`. */
export const statusOf = (known: Knowledge): BackupStatus => ({
  version: 1,
  stanza: known.stanza,
  role: known.role.role,
  ...(known.role.timeline === undefined ? {} : { timeline: known.role.timeline }),
  schedules: known.schedules.map((schedule) => ({
    id: schedule.id,
    type: schedule.type,
    cron: schedule.cron,
    timeZone: schedule.timeZone,
    repos: [...schedule.repos],
    ...overdueSince(known.dues, schedule.id),
    nextDue: upcoming(schedule.times, known.now, upcomingCount).map((due) => due.toISOString()),
  })),
  requests: known.requests.map((request) => requestOf(request, known.repositories)),
  ...(known.running === undefined ? {} : { running: runningOf(known.running) }),
  ...(known.lastRun === undefined ? {} : { lastRun: known.lastRun }),
  repositories: known.repositories.map((view) => ({
    repo: view.repo,
    reachable: view.reachable,
    ...(view.message === undefined ? {} : { message: view.message }),
    checkedAt: view.checkedAt.toISOString(),
    backups: view.backups.map(entryOf),
  })),
  ...(known.archive === undefined ? {} : { archive: archiveOf(known.archive) }),
});

/** The oldest of the schedule's dues, over its repositories. */
const overdueSince = (dues: readonly Due[], scheduleId: string): { overdueSince?: string } => {
  const times = dues.filter((due) => due.scheduleId === scheduleId).map(({ dueAt }) => dueAt.getTime());
  return times.length === 0 ? {} : { overdueSince: new Date(Math.min(...times)).toISOString() };
};

const requestOf = (request: Request, repositories: readonly RepositoryView[]) => {
  const satisfying = satisfiedBy(request, repositories);
  return {
    id: request.id,
    type: request.type,
    at: request.at.toISOString(),
    repos: request.repos.map((repo) => {
      const backup = satisfying.get(repo);
      return { repo, ...(backup === undefined ? {} : { label: backup.label }) };
    }),
  };
};

const runningOf = ({ run, startedAt, pid }: Running): NonNullable<BackupStatus['running']> => ({
  scheduleId: run.due.scheduleId,
  type: run.due.type,
  repo: run.due.repo,
  dueAt: run.due.dueAt.toISOString(),
  startedAt: startedAt.toISOString(),
  ...(pid === undefined ? {} : { pid }),
});

const entryOf = (backup: Backup): BackupEntry => {
  const timeline = backup.walStop === undefined ? undefined : timelineOf(backup.walStop);
  return {
    label: backup.label,
    type: backup.type,
    repo: backup.repo,
    startedAt: backup.startedAt.toISOString(),
    stoppedAt: backup.stoppedAt.toISOString(),
    databaseBytes: backup.databaseBytes,
    repositoryBytes: backup.repositoryDeltaBytes,
    ...(backup.lsnStart === undefined ? {} : { lsnStart: backup.lsnStart }),
    ...(backup.lsnStop === undefined ? {} : { lsnStop: backup.lsnStop }),
    ...(backup.walStart === undefined ? {} : { walStart: backup.walStart }),
    ...(backup.walStop === undefined ? {} : { walStop: backup.walStop }),
    ...(timeline === undefined ? {} : { timeline }),
    error: backup.damagedPages,
    annotations: { ...backup.annotations },
  };
};

const archiveOf = ({ lastArchivedAt, lastFailedAt, ...archive }: ArchiveState) => ({
  ...archive,
  ...(lastArchivedAt === undefined ? {} : { lastArchivedAt: lastArchivedAt.toISOString() }),
  ...(lastFailedAt === undefined ? {} : { lastFailedAt: lastFailedAt.toISOString() }),
});
