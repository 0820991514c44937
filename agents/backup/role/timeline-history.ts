import { formatLsn } from '@howdah/core/lsn';
import type { PatroniClient } from '@howdah/patroni/client';
import type { EndedTimeline } from '@howdah/status/backup';

/** Tells on which timelines a backup must lie to be of use to the present one. */
export interface TimelineHistory {
  /** Asks now; a silent Patroni leaves what is known. Never rejects but for an abort. */
  read(signal: AbortSignal): Promise<void>;
  /** Oldest first; undefined before the first answer. */
  known(): readonly EndedTimeline[] | undefined;
}

/** @param client absent where PostgreSQL alone says who is primary; nobody tells of timelines then */
export const createTimelineHistory = (
  client: Pick<PatroniClient, 'history'> | undefined,
): TimelineHistory => {
  let known: readonly EndedTimeline[] | undefined;
  return {
    known: () => known,
    read: async (signal) => {
      try {
        const ended = await client?.history(signal);
        known = ended?.map(({ timeline, endLsn, endedAt }) => ({
          timeline,
          endLsn: formatLsn(endLsn),
          ...instantOf(endedAt),
        }));
      } catch {
        signal.throwIfAborted();
      }
    },
  };
};

/** Patroni writes Python's form, with or without an offset, and only people read it. */
const instantOf = (text: string | undefined): { endedAt?: string } => {
  const instant = new Date(text ?? Number.NaN);
  return Number.isNaN(instant.getTime()) ? {} : { endedAt: instant.toISOString() };
};
