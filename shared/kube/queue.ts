import { type BackoffRule, backoffMs } from '@howdah/core/backoff';
import type { Clock } from '@howdah/core/clock';

export interface QueueInput {
  /**
   * One look at one thing; resolves with how long until the next one is due without any event, undefined when it
   * is gone and there is nothing to come back to.
   */
  readonly work: (key: string, signal: AbortSignal) => Promise<number | undefined>;
  readonly onFailure: (key: string, error: unknown, waitMs: number) => void;
  readonly clock: Clock;
  readonly random?: () => number;
  /** How many clusters are worked on at a time. */
  readonly lanes?: number;
}

const failureBackoff: BackoffRule = { initialMs: 500, maxMs: 60_000 };
/** Events come in swarms: what follows within so long is one look. */
const settleMs = 50;
/** However many events come, there is time to breathe between two looks at the same thing. */
const pauseMs = 500;
const longestWaitMs = 60_000;

interface Entry {
  dueMs: number;
  /** When the look that is under way began. */
  beganMs: number;
  /** An event does not bring the next look before this. */
  notBeforeMs: number;
  failures: number;
  running: boolean;
  /** Asked for while it ran. */
  again: boolean;
}

const fresh: Entry = { dueMs: 0, beganMs: 0, notBeforeMs: 0, failures: 0, running: false, again: false };

/** A thing that is looked at for so long, or should have been looked at so long ago. */
export interface Overdue {
  readonly key: string;
  readonly ms: number;
}

/** Which cluster is looked at when: each by one worker at a time, soon after an event, and slowly after failures. */
export class Queue {
  readonly #input: QueueInput;
  readonly #entries = new Map<string, Entry>();
  #wake = new AbortController();

  constructor(input: QueueInput) {
    this.#input = input;
  }

  /** Looks soon; a cluster that keeps failing waits out its time nevertheless. */
  add(key: string): void {
    const entry = this.#entries.get(key);
    const soon = this.#input.clock.monotonicMs() + settleMs;
    if (entry === undefined) this.#entries.set(key, { ...fresh, dueMs: soon });
    else if (entry.running) entry.again = true;
    else if (entry.failures === 0) entry.dueMs = Math.min(entry.dueMs, Math.max(soon, entry.notBeforeMs));
    this.#wake.abort();
  }

  /** The one that has waited longest for its look to begin or to end, however well it goes with the others. */
  get mostOverdue(): Overdue | undefined {
    const now = this.#input.clock.monotonicMs();
    return [...this.#entries]
      .map(([key, { running, beganMs, dueMs }]) => ({ key, ms: now - (running ? beganMs : dueMs) }))
      .toSorted((a, b) => b.ms - a.ms)[0];
  }

  /** Runs until the signal aborts, and waits for the looks that are under way. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, lanes = 4 } = this.#input;
    const running = new Set<Promise<void>>();
    while (!signal.aborted) {
      this.#wake = new AbortController();
      const now = clock.monotonicMs();
      for (const [key, entry] of this.#entries) {
        if (running.size >= lanes) break;
        if (entry.running || entry.dueMs > now) continue;
        const look = this.#look(key, entry, signal).finally(() => {
          running.delete(look);
          this.#wake.abort();
        });
        running.add(look);
      }
      const waitMs = running.size >= lanes ? longestWaitMs : this.#waitMs(now);
      await clock.sleep(waitMs, AbortSignal.any([signal, this.#wake.signal])).catch(() => undefined);
    }
    await Promise.all(running);
  }

  #waitMs(now: number): number {
    const idle = [...this.#entries.values()].filter(({ running }) => !running);
    return Math.max(0, Math.min(longestWaitMs, ...idle.map(({ dueMs }) => dueMs - now)));
  }

  async #look(key: string, entry: Entry, signal: AbortSignal): Promise<void> {
    const { work, onFailure, clock, random = Math.random } = this.#input;
    entry.running = true;
    entry.beganMs = clock.monotonicMs();
    entry.again = false;
    try {
      const nextMs = await work(key, signal);
      if (nextMs === undefined && !entry.again) {
        this.#entries.delete(key);
        return;
      }
      entry.failures = 0;
      entry.dueMs = clock.monotonicMs() + (entry.again ? pauseMs : Math.max(pauseMs, nextMs ?? 0));
      entry.notBeforeMs = clock.monotonicMs() + pauseMs;
    } catch (error) {
      if (signal.aborted) return;
      entry.failures += 1;
      const waitMs = backoffMs(failureBackoff, entry.failures, random());
      entry.dueMs = clock.monotonicMs() + waitMs;
      onFailure(key, error, waitMs);
    } finally {
      entry.running = false;
    }
  }
}
