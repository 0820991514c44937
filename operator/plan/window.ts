import { dueTimes } from '@howdah/schedule/due-times';
import type { Updates } from '../api/pods.ts';

/** Whether `now` lies within the window in which the primary may move. */
export const isWindowOpen = ({ pods, window }: Updates, now: Date): boolean => {
  if (pods !== 'window' || window === undefined) return false;
  const opened = dueTimes(window.cron, window.timeZone).previous(now);
  return opened !== undefined && now.getTime() - opened.getTime() < window.durationMinutes * 60_000;
};
