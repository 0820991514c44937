import type { Updates } from '@howdah/kinds/pods';
import { cronProblem, dueTimes } from '@howdah/schedule/due-times';
import { isTimeZone } from '@howdah/schedule/zone';

/** When pods may be renewed and servers restarted. */
export interface UpdatePolicy {
  readonly updates: Updates;
  readonly windowOpen: boolean;
}

/** @param asked whether somebody asked for what waits for a request. */
export const updatePolicy = (updates: Updates, asked: boolean, now: Date): UpdatePolicy => ({
  updates: asked ? { pods: 'automatic' } : updates,
  windowOpen: isWindowOpen(updates, now),
});

export const mayTouchPrimary = ({ updates, windowOpen }: UpdatePolicy): boolean =>
  updates.pods === 'automatic' || (updates.pods === 'window' && windowOpen);

/** Why the window never opens. */
export const windowProblems = ({ window }: Updates): readonly string[] => {
  if (window === undefined) return [];
  const cron = cronProblem(window.cron);
  const zone = isTimeZone(window.timeZone) ? undefined : 'a name of the IANA time zone database, e.g. UTC';
  return [
    ...(cron === undefined ? [] : [`spec.updates.window.cron: ${cron}; the window never opens`]),
    ...(zone === undefined ? [] : [`spec.updates.window.timeZone: ${zone}; the window never opens`]),
  ];
};

/** Whether `now` lies within the window in which the primary may move. */
const isWindowOpen = (updates: Updates, now: Date): boolean => {
  const { pods, window } = updates;
  if (pods !== 'window' || window === undefined || windowProblems(updates).length > 0) return false;
  const opened = dueTimes(window.cron, window.timeZone).previous(now);
  return opened !== undefined && now.getTime() - opened.getTime() < window.durationMinutes * 60_000;
};
