import { parseLsn } from '@howdah/core/lsn';
import type { Backup } from '@howdah/pgbackrest/info';
import type { EndedTimeline } from '@howdah/status/backup';
import type { RoleView } from '../role/gate.ts';
import { timelineOf } from '../wal.ts';

/** The cluster's present timeline, and those that it comes from. */
export interface PresentLine {
  readonly timeline: number;
  /** Oldest first; without those that Patroni's `max_timelines_history` has let go. */
  readonly ended: readonly EndedTimeline[];
  /** Told by the primary: nobody is further. A replica may have yet to hear of a promotion. */
  readonly byPrimary: boolean;
}

/**
 * Why recovery from a backup does not come to the present timeline. `left-behind`: a former primary wrote on while, or
 * just before, another one was promoted. `set-aside`: the present timeline began at a point further back, as after a
 * restore to a point in time; or it is not of this cluster at all. A copy that was restored under the same stanza sees
 * the backups of the original so, and whoever restored to before a mistake may want what came after it yet.
 */
export type Superseded = 'left-behind' | 'set-aside';

/**
 * A promotion loses seconds of WAL, and Patroni lets no former primary go on for longer than its `ttl`. What was done an
 * hour before it, or begun an hour after it, is something else.
 */
const promotionMs = 3_600_000;

/**
 * Undefined where nobody tells. By Patroni alone, since it has role and history of one hand: its history is rewritten
 * some seconds after a promotion, and until then ends before the timeline that has just ended; nothing is to be said
 * by it then. It ends so too where a timeline was left out (a restore to a point in time, with another one in the
 * archive already), until the next promotion.
 */
export const presentLine = (
  { role, source, timeline }: RoleView,
  history: readonly EndedTimeline[] | undefined,
): PresentLine | undefined => {
  if (source !== 'patroni' || timeline === undefined || history === undefined) return undefined;
  if ((history.at(-1)?.timeline ?? 0) !== timeline - 1) return undefined;
  return { timeline, ended: history, byPrimary: role === 'primary' };
};

/**
 * Undefined for a backup on the present line, and for one of which that cannot be said.
 *
 * @param databaseId pgBackRest's of the present database: a major upgrade begins at timeline 1 again, in an archive of
 *   its own, and the backups before it lie on no line of now
 */
export const supersededIs = (
  backup: Backup,
  line: PresentLine,
  databaseId: number | undefined,
): Superseded | undefined => {
  const timeline = timelineOf(backup.walStop ?? '');
  if (timeline === undefined || backup.databaseId !== databaseId || timeline === line.timeline)
    return undefined;
  if (timeline > line.timeline) return line.byPrimary ? 'set-aside' : undefined;
  const left = line.ended.findLast((ended) => ended.timeline <= timeline);
  if (left === undefined) return undefined;
  if (left.timeline === timeline) {
    const [end, stop] = [parseLsn(left.endLsn), parseLsn(backup.lsnStop ?? '')];
    if (end === undefined || stop === undefined || stop <= end) return undefined;
  }
  return isOfPromotion(backup, left.endedAt) ? 'left-behind' : 'set-aside';
};

const isOfPromotion = ({ startedAt, stoppedAt }: Backup, endedAt: string | undefined): boolean => {
  const promotedMs = Date.parse(endedAt ?? '');
  return startedAt.getTime() <= promotedMs + promotionMs && stoppedAt.getTime() >= promotedMs - promotionMs;
};
