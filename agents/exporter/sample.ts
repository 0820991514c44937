import { nextDueMs } from './due.ts';
import { govern } from './govern.ts';
import type { Reading } from './model.ts';
import { renderSamples } from './render.ts';

/** A reading as it is served. */
export interface Sampled {
  /** Exposition text, rendered once. */
  readonly text: string;
  readonly series: number;
  /** Series that are not served because there were too many. */
  readonly dropped: number;
}

export const sampled = (reading: Reading, maxSeries: number): Sampled => {
  const { groups, series, dropped } = govern(reading, maxSeries);
  return { text: renderSamples(groups.flat()), series, dropped };
};

/** What is served of one collector until its next reading. */
export interface Held extends Sampled {
  readonly sampledAt: Date;
}

/** How a collector stands after its last run; `held` only if that was good. */
export interface CollectorState {
  readonly id: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** Of a collector that runs less often than each cycle. */
  readonly everyMs?: number;
  readonly held?: Held;
  readonly error?: string;
}

/** So many intervals without a new reading and the old one is not served any more. */
const staleAfterIntervals = 3;

/**
 * The samples that `/metrics` serves. A failure takes a collector's samples away, and what nobody renewed in
 * time is not served: absent, never wrong.
 */
export class Snapshot {
  readonly #states = new Map<string, CollectorState>();
  readonly #intervalMs: number;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  put(state: CollectorState): void {
    this.#states.set(state.id, state);
  }

  forget(id: string): void {
    this.#states.delete(id);
  }

  get(id: string): CollectorState | undefined {
    return this.#states.get(id);
  }

  /** The states that are not stale; a slow collector, which runs less often, has longer. */
  fresh(nowMs: number): readonly CollectorState[] {
    return [...this.#states.values()].filter((state) => nowMs <= this.#staleAtMs(state));
  }

  #staleAtMs(state: CollectorState): number {
    return (
      Math.max(nextDueMs(state), state.startedAtMs + state.durationMs) +
      staleAfterIntervals * this.#intervalMs
    );
  }
}
