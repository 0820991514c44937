import type { Fleet } from '@howdah/status/fleet';
import { type Judgement, judge } from '@howdah/status/judge';

/** What `/api/fleet` says: all that the page shows. */
export interface FleetAnswer {
  readonly version: 1;
  /** How often the page should ask. */
  readonly refreshSeconds: number;
  readonly judgement: Judgement;
  readonly fleet: Fleet;
}

export const answerOf = (fleet: Fleet, refreshSeconds: number): FleetAnswer => ({
  version: 1,
  refreshSeconds,
  judgement: judge(fleet),
  fleet,
});
