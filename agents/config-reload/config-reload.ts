import { backoffMs } from '@howdah/core/backoff';
import type { Clock } from '@howdah/core/clock';
import { describeError, HowdahError } from '@howdah/core/errors';
import type { Agent, Progress, Readiness } from '@howdah/runtime/agent';
import { watchDirectory } from '@howdah/runtime/watch-directory';
import type { ConfigReloadStatus } from '@howdah/status/config-reload';
import type { ConfigReloadMetrics } from './metrics.ts';
import type { Reloader } from './reloader.ts';
import type { Teller } from './tell.ts';

export interface ConfigReloadInput {
  readonly reloader: Pick<Reloader, 'look' | 'close'>;
  readonly sourceDirectory: string;
  readonly pollMs: number;
  readonly clock: Clock;
  readonly metrics: ConfigReloadMetrics;
  readonly teller: Teller;
  readonly progress: Progress;
  readonly random?: () => number;
}

/** How long until the next look, if nothing happens in the mount before. */
export interface NextWait {
  readonly waitMs: number;
}

const outageBackoff = { initialMs: 500, maxMs: 15_000 };
/** Patroni passes a cluster-wide change on within its loop_wait, by default 10 s. */
const soonMs = 1_000;

/** Keeps the server on the mounted files: looks when the mount changes, and now and then. */
export class ConfigReload implements Agent {
  readonly stallAfterMs: number;
  readonly #input: ConfigReloadInput;
  #status: ConfigReloadStatus | undefined;
  #outages = 0;
  #wake = new AbortController();

  constructor(input: ConfigReloadInput) {
    this.#input = input;
    this.stallAfterMs = Math.max(300_000, 4 * input.pollMs);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { sourceDirectory, pollMs } = this.#input;
    const failed = new AbortController();
    const both = AbortSignal.any([signal, failed.signal]);
    const watching = watchDirectory({
      directory: sourceDirectory,
      pollMs,
      look: async () => this.#wake.abort(),
      signal: both,
    });
    try {
      await this.#loop(signal);
    } finally {
      failed.abort();
      this.#forgetServer();
      this.#input.reloader.close();
      await watching;
    }
  }

  async #loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#wake = new AbortController();
      const woken = AbortSignal.any([signal, this.#wake.signal]);
      try {
        const { waitMs } = await this.cycle(signal);
        // A change in the mount during the cycle has woken it already, and so has an order to stop.
        await this.#input.clock.sleep(waitMs, woken).catch(() => undefined);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  async cycle(signal: AbortSignal): Promise<NextWait> {
    const { reloader, pollMs, progress, random = Math.random } = this.#input;
    try {
      const status = await reloader.look(signal);
      this.#outages = 0;
      this.#take(status);
      progress.made();
      return { waitMs: status.phase === 'applying' ? Math.min(soonMs, pollMs) : pollMs };
    } catch (error) {
      signal.throwIfAborted();
      // Server, Patroni, disk: whatever has a name may come back. Anything else is for the supervisor.
      if (!(error instanceof HowdahError)) throw error;
      this.#outages += 1;
      this.#take({ ...(this.#status ?? nothingKnown), phase: 'waiting', waitingFor: describeError(error) });
      return { waitMs: backoffMs(outageBackoff, this.#outages, random()) };
    }
  }

  #take(status: ConfigReloadStatus): void {
    const { metrics, teller } = this.#input;
    this.#status = status;
    teller.tell(status);
    if (status.appliedAt !== undefined) metrics.lastApplied.set(Date.parse(status.appliedAt) / 1_000);
    if (status.phase === 'waiting') {
      this.#forgetServer();
      return;
    }
    metrics.inForce.set(status.phase === 'in-force' || status.phase === 'pending-restart' ? 1 : 0);
    metrics.problems.set(status.problems.length);
    metrics.pendingRestart.set(status.pendingRestart.length);
    metrics.drift.set(status.drift.length);
  }

  /** Nothing is known about a server that cannot be seen, or that nobody looks at any more. */
  #forgetServer(): void {
    const { inForce, pendingRestart, drift } = this.#input.metrics;
    for (const gauge of [inForce, pendingRestart, drift]) gauge.remove();
  }

  status(): ConfigReloadStatus | undefined {
    return this.#status;
  }

  readiness(): Readiness {
    if (this.#status === undefined)
      return { ready: false, waitingFor: 'the first look at the mounted files' };
    const { phase, waitingFor } = this.#status;
    return phase === 'waiting' ? { ready: false, waitingFor: waitingFor ?? 'the server' } : { ready: true };
  }
}

const nothingKnown: Omit<ConfigReloadStatus, 'phase'> = {
  version: 1,
  problems: [],
  pendingRestart: [],
  drift: [],
  files: [],
};
