import type { Entry } from './journal/entry.ts';
import { type Due, initialId } from './model.ts';
import type { Timed } from './schedule.ts';

/** A due time at which a person stopped the backup, or one that was to be done along with it. */
export interface CancelledDue extends Pick<Due, 'scheduleId' | 'repo' | 'dueAt'> {
  readonly at: Date;
}

/** What an attempt that a person stopped leaves alone: all that it would have done. */
export const cancelledIn = ({ ended, ...entry }: Entry): readonly CancelledDue[] =>
  ended?.cancelled === true
    ? [{ schedule: entry.schedule, due: entry.due }, ...entry.absorbs].map(({ schedule, due }) => ({
        ...{ scheduleId: schedule, repo: entry.repo, dueAt: new Date(due), at: new Date(ended.at) },
      }))
    : [];

/**
 * Whether a person has stopped the backup that is due. A first full backup has no due time of its own: it is wanted
 * again with the next due time of any schedule in its repository.
 */
export const isCancelled = (
  due: Due,
  cancelled: readonly CancelledDue[],
  timed: readonly Timed[],
  now: Date,
): boolean =>
  cancelled.some(({ scheduleId, repo, dueAt, at }) => {
    if (scheduleId !== due.scheduleId || repo !== due.repo) return false;
    if (scheduleId !== initialId) return dueAt.getTime() === due.dueAt.getTime();
    return !timed.some(({ repos, times }) => repos.includes(repo) && isAfter(times.previous(now), at));
  });

const isAfter = (time: Date | undefined, than: Date): boolean =>
  time !== undefined && time.getTime() > than.getTime();
