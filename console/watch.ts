import type { Clock } from '@howdah/core/clock';
import { isAbortError } from '@howdah/core/errors';
import { ask, askAny } from '@howdah/status/ask';
import type { Cluster, Fleet, Reading } from '@howdah/status/fleet';
import type { Status } from '@howdah/status/status';
import { merge } from './merge.ts';

/** Who can be asked about one member; each question has its own deadline. */
export interface MemberSource {
  readonly name: string;
  status(signal: AbortSignal): Promise<Status>;
  /** Absent where the member's Patroni is not configured. */
  readonly cluster?: (signal: AbortSignal) => Promise<Cluster>;
}

export interface FleetWatchOptions {
  readonly sources: readonly MemberSource[];
  readonly refreshSeconds: number;
  readonly staleAfterSeconds: number;
  readonly clock: Clock;
  /** Told what is known after everybody was asked. */
  readonly onCycle?: (fleet: Fleet) => void;
}

/** Asks every member again and again, and remembers the last answer of each. */
export class FleetWatch {
  readonly #options: FleetWatchOptions;
  readonly #agents: Map<string, Reading<Status>>;
  #cluster: Reading<Cluster> = {};

  constructor(options: FleetWatchOptions) {
    this.#options = options;
    this.#agents = new Map(options.sources.map(({ name }) => [name, {}]));
  }

  /** What is known now; from memory. */
  fleet(): Fleet {
    const { clock, staleAfterSeconds } = this.#options;
    return merge({ cluster: this.#cluster, agents: this.#agents }, clock.now(), staleAfterSeconds);
  }

  /** Asks everybody once, side by side; an answer counts as soon as it is there. */
  async cycle(signal: AbortSignal): Promise<void> {
    const { sources, clock } = this.#options;
    const patronis = sources.map(({ cluster }) => cluster).filter((question) => question !== undefined);
    await Promise.all([
      ...sources.map(async ({ name, status }) => {
        this.#agents.set(name, await ask(this.#agents.get(name) ?? {}, status, clock, signal));
      }),
      ...(patronis.length === 0
        ? []
        : [
            (async () => {
              const question = (inner: AbortSignal) => askAny(patronis, inner);
              this.#cluster = await ask(this.#cluster, question, clock, signal);
            })(),
          ]),
    ]);
    this.#options.onCycle?.(this.fleet());
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, refreshSeconds } = this.#options;
    try {
      while (!signal.aborted) {
        await this.cycle(signal);
        await clock.sleep(refreshSeconds * 1_000, signal);
      }
    } catch (error) {
      if (!signal.aborted || !isAbortError(error)) throw error;
    }
  }
}
