import type { Updates } from '@howdah/kinds/pods';
import { dueTimes } from '@howdah/schedule/due-times';

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

/** Whether `now` lies within the window in which the primary may move. */
const isWindowOpen = ({ pods, window }: Updates, now: Date): boolean => {
  if (pods !== 'window' || window === undefined) return false;
  const opened = dueTimes(window.cron, window.timeZone).previous(now);
  return opened !== undefined && now.getTime() - opened.getTime() < window.durationMinutes * 60_000;
};
