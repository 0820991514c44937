import { upcoming } from '@howdah/schedule/due-times';
import type { BackupStatus } from '@howdah/status/backup';
import type { Verification } from '@howdah/status/verification';
import { hasVerdict, type VerifySchedule } from './due.ts';
import type { VerifyEntry } from './entry.ts';

/** What is known of the verifies of one repository. */
export interface VerificationView {
  readonly repo: number;
  /** The newest first. */
  readonly entries: readonly VerifyEntry[];
  /** Why the journal could not be read at the last look. */
  readonly failure?: string;
  /** Since when none has come to a verdict that was due; `never` when all is done, undefined when nobody can say. */
  readonly overdue: Date | 'never' | undefined;
  /** When a person asked for one that is still to be begun. */
  readonly askedAt?: Date;
}

/** All that the agent knows of verifies. */
export interface VerificationKnowledge {
  readonly schedule: VerifySchedule | undefined;
  readonly unavailable: string | undefined;
  readonly repositories: readonly VerificationView[];
}

const upcomingCount = 3;

/** The newest that came to a verdict. */
export const lastVerdict = ({ entries }: VerificationView): VerifyEntry | undefined =>
  entries.find(hasVerdict);

/** Its part of `/status`; nothing where repositories are neither verified nor known to have been. */
export const verificationOf = (
  known: VerificationKnowledge | undefined,
  now: Date,
): Pick<BackupStatus, 'verification'> => {
  if (known === undefined) return {};
  const { schedule, unavailable, repositories } = known;
  const told = repositories.filter(
    ({ repo, entries, askedAt }) =>
      schedule?.repos.includes(repo) === true || entries.length > 0 || askedAt !== undefined,
  );
  if (schedule === undefined && told.length === 0) return {};
  return {
    verification: {
      ...(schedule === undefined
        ? { nextDue: [] }
        : {
            ...{ cron: schedule.cron, timeZone: schedule.timeZone, repos: [...schedule.repos] },
            nextDue: upcoming(schedule.times, now, upcomingCount).map((due) => due.toISOString()),
          }),
      ...(unavailable === undefined ? {} : { unavailable }),
      repositories: told.map(repositoryOf),
    },
  };
};

const repositoryOf = (view: VerificationView): Verification['repositories'][number] => {
  const { repo, entries, failure, overdue, askedAt } = view;
  const [newest] = entries;
  const last = lastVerdict(view);
  // What came to nothing is told only until one comes to a verdict.
  const lastTry = newest === last ? undefined : entries.find(({ ended }) => ended !== undefined);
  return {
    repo,
    ...(failure === undefined ? {} : { journalFailure: failure }),
    ...(overdue instanceof Date ? { overdueSince: overdue.toISOString() } : {}),
    ...(askedAt === undefined ? {} : { askedAt: askedAt.toISOString() }),
    ...(newest === undefined || newest.ended !== undefined
      ? {}
      : { running: { member: newest.member, dueAt: newest.due, startedAt: newest.startedAt } }),
    ...(last?.ended?.verdict === undefined
      ? {}
      : {
          last: {
            ...attemptOf(last),
            endedAt: last.ended.at,
            verdict: last.ended.verdict,
            problems: [...(last.ended.problems ?? [])],
          },
        }),
    ...(lastTry?.ended === undefined || lastTry.ended.outcome === 'done'
      ? {}
      : {
          lastTry: {
            ...attemptOf(lastTry),
            endedAt: lastTry.ended.at,
            outcome: lastTry.ended.outcome,
            reason: lastTry.ended.reason ?? '',
          },
        }),
  };
};

const attemptOf = ({ due, member, startedAt }: VerifyEntry) => ({ dueAt: due, member, startedAt });
