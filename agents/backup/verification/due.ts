import type { DueTimes } from '@howdah/schedule/due-times';
import type { VerifyEntry } from './entry.ts';

/** `verify:` of the configuration. */
export interface VerifySchedule {
  readonly cron: string;
  readonly timeZone: string;
  readonly repos: readonly number[];
  readonly times: DueTimes;
}

/** A verify that is to be made. */
export interface DueVerify {
  /** `now` where a person asked for it. */
  readonly schedule: 'verify' | 'now';
  readonly repo: number;
  readonly dueAt: Date;
}

/** What is known of one repository's verifies. */
export interface VerifyHistory {
  /** The newest first. */
  readonly entries: readonly VerifyEntry[];
  /** They are in no journal: what was before this agent is not known. */
  readonly forgetful: boolean;
}

/** It reads all that there is: one that could not be begun within a day waits for the next due time. */
const madeUpForMs = 24 * 3_600_000;
/** Each may have read half of the repository before it was stopped. */
export const mostAttempts = 3;

/** Whether an attempt came to a verdict. */
export const hasVerdict = ({ ended }: VerifyEntry): boolean => ended?.verdict !== undefined;

/** Whether it is not to be made again: it came to a verdict, or a person stopped it. */
const isSettled = (entry: VerifyEntry): boolean => hasVerdict(entry) || entry.ended?.cancelled === true;

/**
 * The due time for which a repository is to be verified now. Whatever came to a verdict since does for it, as that which
 * a person asked for, and so does one that a person stopped; so it is done once, whichever member is the primary and however often agents are started.
 *
 * @param since when this agent was started
 */
export const verifyDueAt = (
  times: DueTimes,
  { entries, forgetful }: VerifyHistory,
  since: Date,
  now: Date,
): Date | undefined => {
  const dueAt = times.previous(now);
  if (dueAt === undefined || now.getTime() - dueAt.getTime() > madeUpForMs) return undefined;
  if (forgetful && dueAt.getTime() <= since.getTime()) return undefined;
  const own = entries.filter((entry) => entry.schedule === 'verify' && isAt(entry, dueAt));
  if (own.some(isSettled) || own.length >= mostAttempts) return undefined;
  const doneSince = entries.some(
    (entry) => isSettled(entry) && Date.parse(entry.startedAt) >= dueAt.getTime(),
  );
  return doneSince ? undefined : dueAt;
};

const isAt = ({ due }: VerifyEntry, dueAt: Date): boolean => Date.parse(due) === dueAt.getTime();

/**
 * The first due time since which no verify has come to a verdict; undefined where none has passed. Unlike that of a backup it
 * goes on over the next due times: one that never comes to an end must not look done each night anew.
 */
export const overdueSince = (
  times: DueTimes,
  history: VerifyHistory,
  since: Date,
  now: Date,
): Date | undefined => {
  const last = history.entries.find(hasVerdict);
  const first = (instant: Date): readonly Date[] => {
    const due = times.next(instant);
    return due === undefined || due.getTime() > now.getTime() ? [] : [due];
  };
  if (last !== undefined) return first(new Date(last.startedAt))[0];
  const candidates = [
    ...first(since),
    ...history.entries.filter(({ schedule }) => schedule === 'verify').map(({ due }) => new Date(due)),
    // A schedule that was written today counts from the due time that is made up, if any.
    ...[verifyDueAt(times, history, since, now)].filter((due) => due !== undefined),
  ];
  return candidates.toSorted((a, b) => a.getTime() - b.getTime())[0];
};
