import type { Backlog } from './backlog.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Metrics } from './metrics.ts';

export interface Measured {
  readonly checkpoint: Checkpoint;
  readonly head: LedgerEntry | undefined;
  readonly backlog: Pick<Backlog, 'first' | 'segments' | 'records' | 'bytes'>;
  readonly paused: boolean;
  readonly now: Date;
}

/** Sets every gauge, and the counters to what the state directory says: they go on over restarts. */
export const measure = (metrics: Metrics, { checkpoint, head, backlog, paused, now }: Measured): void => {
  setTo(metrics.recordsCollected, checkpoint.collected);
  setTo(metrics.recordsRaw, checkpoint.raw);
  setTo(metrics.recordsProven, head?.recordsTotal ?? 0);
  metrics.openRecords.set(checkpoint.open.records);
  metrics.openBytes.set(checkpoint.open.bytes);
  metrics.backlogSegments.set(backlog.segments);
  metrics.backlogRecords.set(backlog.records);
  metrics.backlogBytes.set(backlog.bytes);
  metrics.backlogFull.set(paused ? 1 : 0);
  metrics.lagSeconds.set(lagSeconds(backlog.first?.since ?? checkpoint.open.since, now));
  metrics.chainHead.set(head?.sequence ?? 0);
  if (head !== undefined) metrics.lastProven.set(Date.parse(head.provenAt) / 1000);
};

/** Nothing that waits has waited for no time: 0 is true here, not a value that is missing. */
const lagSeconds = (oldest: string | undefined, now: Date): number =>
  oldest === undefined ? 0 : Math.max(0, now.getTime() - Date.parse(oldest)) / 1000;

const setTo = (counter: Metrics['recordsCollected'], value: number): void => {
  counter.reset();
  counter.inc(value);
};
