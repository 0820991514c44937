import { upcoming } from '@howdah/schedule/due-times';
import type { BackupEntry, BackupStatus, EndedTimeline, RunOutcome } from '@howdah/status/backup';
import { chainsIn } from '@howdah/status/backup-view';
import type { ArchiveState } from './archive/archive.ts';
import { archiveOf, repositoryArchiveOf } from './archive/report.ts';
import type { RepositoryArchive } from './archive/watch.ts';
import type { Running } from './attempt.ts';
import { cancelledIn } from './cancelled.ts';
import type { ExpirationRun } from './expire.ts';
import type { Entry } from './journal/entry.ts';
import type { JournalView } from './journal/journals.ts';
import { type Due, type Expiration, type Request, requestKey } from './model.ts';
import type { RenderState } from './render/renderer.ts';
import type { CheckOutcome } from './repository/stanza-check.ts';
import { refusalOf } from './repository/stanza-judgement.ts';
import type { RepositoryStorage } from './repository/storage.ts';
import { type RepositoryView, type SeenBackup, supersededIn } from './repository/views.ts';
import type { WaitingDue } from './retry.ts';
import type { RoleView } from './role/gate.ts';
import { satisfiedBy, type TimedSchedule } from './schedule.ts';
import { type VerificationKnowledge, verificationOf } from './verification/report.ts';
import { timelineOf } from './wal.ts';

/** All that the agent knows at one moment. */
export interface Knowledge {
  readonly stanza: string;
  readonly role: RoleView;
  /** Undefined where nobody knows. */
  readonly history: readonly EndedTimeline[] | undefined;
  readonly configFile: string | undefined;
  /** Of what the agent writes; absent where somebody else writes it. */
  readonly configPath?: string;
  readonly render?: RenderState;
  readonly schedules: readonly TimedSchedule[];
  readonly requests: readonly Request[];
  readonly expirations: readonly AskedExpiration[];
  readonly repositories: readonly RepositoryView[];
  /** What is known of how the repositories are kept from growing without end. */
  readonly storage?: readonly RepositoryStorage[];
  readonly journals: readonly JournalView[];
  /** The newest first. */
  readonly runs: readonly Entry[];
  /** Backups that schedules say should be there and that are not, those that are no longer made up included. */
  readonly missing: readonly Due[];
  readonly running: Running | undefined;
  /** The next to be tried first; absent where nothing is tried here. */
  readonly waiting?: readonly WaitingDue[];
  readonly lastRun: RunOutcome | undefined;
  /** Undefined where this agent has checked nothing. */
  readonly check?: CheckOutcome | undefined;
  readonly archive: ArchiveState | undefined;
  readonly repositoryArchives: readonly RepositoryArchive[];
  readonly verification?: VerificationKnowledge;
  readonly now: Date;
}

/** An expiration that somebody asked for, and how it went here. */
export interface AskedExpiration {
  readonly asked: Expiration;
  readonly run: ExpirationRun | undefined;
}

const upcomingCount = 3;
/** Enough for a week of daily backups with a bad night; `howdah backup runs` shows no more. */
const runsShown = 20;

/** The agent's part of `/status`. */
export const statusOf = (known: Knowledge): BackupStatus => ({
  version: 1,
  stanza: known.stanza,
  role: known.role.role,
  ...(known.role.timeline === undefined ? {} : { timeline: known.role.timeline }),
  ...(known.history === undefined ? {} : { history: [...known.history] }),
  ...(known.configFile === undefined ? {} : { configFile: known.configFile }),
  ...(known.configPath === undefined ? {} : { configPath: known.configPath }),
  ...(known.render === undefined ? {} : { render: renderOf(known.render) }),
  schedules: known.schedules.map((schedule) => ({
    id: schedule.id,
    type: schedule.type,
    cron: schedule.cron,
    timeZone: schedule.timeZone,
    repos: [...schedule.repos],
    ...overdueSince(known.missing, schedule.id),
    nextDue: upcoming(schedule.times, known.now, upcomingCount).map((due) => due.toISOString()),
  })),
  requests: known.requests.map((request) => requestOf(request, known)),
  expirations: known.expirations.map(expirationOf),
  ...(known.running === undefined ? {} : { running: runningOf(known.running) }),
  ...waitingOf(known),
  ...(known.lastRun === undefined ? {} : { lastRun: known.lastRun }),
  ...(known.check === undefined ? {} : { check: checkOf(known.check) }),
  journals: known.journals.map((journal) => ({ ...journal })),
  runs: known.runs.slice(0, runsShown).map(runOf),
  repositories: known.repositories.map((view) => ({
    repo: view.repo,
    reachable: view.reachable,
    ...(view.message === undefined ? {} : { message: view.message }),
    checkedAt: view.checkedAt.toISOString(),
    ...refusedOf(view),
    backups: entriesOf(view.backups),
    archives: [...view.archives],
    ...retentionOf(known.storage?.find(({ repo }) => repo === view.repo)),
    ...repositoryArchiveOf(known.repositoryArchives.find(({ repo }) => repo === view.repo)),
  })),
  ...(known.archive === undefined ? {} : { archive: archiveOf(known.archive) }),
  ...verificationOf(known.verification, known.now),
});

const retentionOf = (storage: RepositoryStorage | undefined): { retentionSet?: boolean } =>
  storage?.retentionSet === undefined ? {} : { retentionSet: storage.retentionSet };
const checkOf = ({ at, reason }: CheckOutcome) => ({
  at: at.toISOString(),
  ...(reason === undefined ? {} : { reason }),
});

const refusedOf = (view: RepositoryView): { refused?: string } => {
  const because = refusalOf(view);
  return because === undefined ? {} : { refused: because };
};

/** The oldest of what the schedule misses, over its repositories. */
const overdueSince = (missing: readonly Due[], scheduleId: string): { overdueSince?: string } => {
  const times = missing.filter((due) => due.scheduleId === scheduleId).map(({ dueAt }) => dueAt.getTime());
  return times.length === 0 ? {} : { overdueSince: new Date(Math.min(...times)).toISOString() };
};

const requestOf = (request: Request, known: Knowledge) => {
  const { repositories, running } = known;
  const satisfying = satisfiedBy(request, repositories);
  const settled =
    satisfying.size === request.repos.length || running?.run.due.scheduleId === requestKey(request.id);
  const gaveUp = settled ? undefined : whyGivenUp(request, known);
  return {
    id: request.id,
    type: request.type,
    at: request.at.toISOString(),
    repos: request.repos.map((repo) => {
      const backup = satisfying.get(repo);
      return { repo, ...(backup === undefined ? {} : { label: backup.label }) };
    }),
    ...(gaveUp === undefined ? {} : { gaveUp }),
  };
};

/** Why nobody tries any more; a backup that was done and has gone since is no failure, a superseded one is due again. */
const whyGivenUp = (
  { id, at, withinHours, attempts, over }: Request,
  { runs, repositories, now }: Knowledge,
): string | undefined => {
  if (over !== undefined) return over;
  const cancelled = runs.find((run) =>
    cancelledIn(run).some(({ scheduleId }) => scheduleId === requestKey(id)),
  );
  if (cancelled !== undefined) return cancelled.ended?.reason ?? 'cancelled';
  const own = runs.filter(({ schedule }) => schedule === requestKey(id));
  const isDone = ({ repo, ended }: Entry) =>
    ended?.outcome === 'done' && !supersededIn(repositories, repo).has(ended.label ?? '');
  if (own.some(isDone)) return 'it was done, and its backup has gone since';
  const failed = own.filter(({ ended }) => ended?.outcome === 'failed');
  if (failed.length >= attempts)
    return `${failed.length} of ${attempts} attempts failed: ${failed[0]?.ended?.reason ?? ''}`;
  return now.getTime() - at.getTime() > withinHours * 3_600_000
    ? `not begun within ${withinHours} h`
    : undefined;
};

const runOf = ({ schedule, due, type, repo, attempt, member, startedAt, ended }: Entry) => ({
  ...{ scheduleId: schedule, dueAt: due, type, repo, attempt, member, startedAt },
  ...(ended === undefined ? {} : { endedAt: ended.at, outcome: ended.outcome }),
  ...(ended?.label === undefined ? {} : { label: ended.label }),
  ...(ended?.reason === undefined ? {} : { reason: ended.reason }),
});

const renderOf = ({ writtenAt, problem, warnings }: RenderState) => ({
  ...(writtenAt === undefined ? {} : { writtenAt: writtenAt.toISOString() }),
  ...(problem === undefined ? {} : { problem }),
  warnings: [...warnings],
});

const expirationOf = ({ asked, run }: AskedExpiration) => ({
  id: asked.id,
  at: asked.at.toISOString(),
  repos: [...asked.repos],
  ...(run === undefined ? {} : { startedAt: run.startedAt.toISOString() }),
  ...(run?.ended === undefined
    ? {}
    : {
        endedAt: run.ended.at.toISOString(),
        expired: [...run.ended.expired],
        ...(run.ended.reason === undefined ? {} : { reason: run.ended.reason }),
      }),
});

const waitingOf = ({ waiting = [], now }: Knowledge): Pick<BackupStatus, 'waiting'> =>
  waiting.length === 0
    ? {}
    : {
        waiting: waiting.map(({ due: { scheduleId, type, repo, dueAt }, failures, waitMs }) => ({
          ...{ scheduleId, type, repo, dueAt: dueAt.toISOString(), failures },
          nextTryAt: new Date(now.getTime() + waitMs).toISOString(),
        })),
      };

const runningOf = ({ run, startedAt, pid, hooks }: Running): NonNullable<BackupStatus['running']> => ({
  scheduleId: run.due.scheduleId,
  type: run.due.type,
  repo: run.due.repo,
  dueAt: run.due.dueAt.toISOString(),
  startedAt: startedAt.toISOString(),
  ...(pid === undefined ? {} : { pid }),
  ...(hooks === undefined ? {} : { hooks }),
});

/**
 * References are left out where they follow from `prior`, as they nearly always do: with each they would grow by the
 * length of its chain, and an hour's incrementals of a week would make a mebibyte.
 */
const entriesOf = (backups: readonly SeenBackup[]): BackupEntry[] => {
  const entries = backups.map(entryOf);
  const chainOf = chainsIn(entries);
  return entries.map((entry, index) => {
    const references = backups[index]?.references ?? [];
    const chain = chainOf(entry);
    const follow =
      chain?.length === references.length && chain.every((label, at) => label === references[at]);
    return follow ? entry : { ...entry, references: [...references] };
  });
};

const entryOf = (backup: SeenBackup): BackupEntry => {
  const timeline = backup.walStop === undefined ? undefined : timelineOf(backup.walStop);
  return {
    label: backup.label,
    type: backup.type,
    repo: backup.repo,
    startedAt: backup.startedAt.toISOString(),
    stoppedAt: backup.stoppedAt.toISOString(),
    databaseBytes: backup.databaseBytes,
    repositoryBytes: backup.repositoryDeltaBytes,
    databaseDeltaBytes: backup.databaseDeltaBytes,
    ...(backup.repositoryBytes === undefined ? {} : { restoreBytes: backup.repositoryBytes }),
    ...(backup.prior === undefined ? {} : { prior: backup.prior }),
    databaseId: backup.databaseId,
    ...(backup.postgresVersion === undefined ? {} : { postgresVersion: backup.postgresVersion }),
    pgbackrestVersion: backup.pgbackrestVersion,
    ...(backup.lsnStart === undefined ? {} : { lsnStart: backup.lsnStart }),
    ...(backup.lsnStop === undefined ? {} : { lsnStop: backup.lsnStop }),
    ...(backup.walStart === undefined ? {} : { walStart: backup.walStart }),
    ...(backup.walStop === undefined ? {} : { walStop: backup.walStop }),
    ...(timeline === undefined ? {} : { timeline }),
    ...(backup.superseded === undefined ? {} : { superseded: true }),
    error: backup.damagedPages,
    annotations: { ...backup.annotations },
  };
};
