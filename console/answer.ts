import type { Fleet } from '@howdah/status/fleet';
import { type Judgement, judge } from '@howdah/status/judge';
import type { RecentSeverities } from './severity-history.ts';

/** What `/api/fleet` says: all that the page shows. */
export interface FleetAnswer {
  readonly version: 1;
  /** How often the page should ask. */
  readonly refreshSeconds: number;
  readonly judgement: Judgement;
  readonly fleet: Fleet;
  /** Log records of the last hour, by member; shorter where the console has not watched for so long. */
  readonly recent: Readonly<Record<string, RecentSeverities>>;
}

export const answerOf = (
  fleet: Fleet,
  recent: FleetAnswer['recent'],
  refreshSeconds: number,
): FleetAnswer => ({
  version: 1,
  refreshSeconds,
  judgement: judge(fleet),
  fleet,
  recent,
});
