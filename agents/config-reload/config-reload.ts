import { backoffMs } from '@howdah/core/backoff';
import type { Clock } from '@howdah/core/clock';
import { describeError, HowdahError } from '@howdah/core/errors';
import type { Agent, Progress, Readiness } from '@howdah/runtime/agent';
import { watchDirectory } from '@howdah/runtime/watch-directory';
import type { CertificateStatus, ConfigReloadStatus } from '@howdah/status/config-reload';
import type { CertificateKeeper } from './certificate-keeper.ts';
import type { ConfigReloadMetrics } from './metrics.ts';
import type { Reloader } from './reloader.ts';
import type { Teller } from './tell.ts';

export interface ConfigReloadInput {
  readonly reloader: Pick<Reloader, 'look' | 'close'>;
  /** Absent where no certificate is configured. */
  readonly certificate?: Pick<CertificateKeeper, 'look'>;
  /** Directories in which a change means: look again. */
  readonly watched: readonly string[];
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
    const { watched, pollMs } = this.#input;
    const failed = new AbortController();
    const both = AbortSignal.any([signal, failed.signal]);
    const look = async () => this.#wake.abort();
    const watching = watched.map((directory) => watchDirectory({ directory, pollMs, look, signal: both }));
    try {
      await this.#loop(signal);
    } finally {
      failed.abort();
      this.#forgetServer();
      this.#measureCertificate(undefined);
      this.#input.reloader.close();
      await Promise.all(watching);
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
    const { reloader, certificate, pollMs, progress, random = Math.random } = this.#input;
    // First, and on its own: where it is not in force, Patroni may not be trusted, or not answer at all.
    const seen = await certificate?.look(signal);
    const withCertificate = seen === undefined ? {} : { certificate: seen.status };
    try {
      const status = { ...(await reloader.look(signal)), ...withCertificate };
      this.#outages = 0;
      this.#take(status);
      progress.made();
      const soon = status.phase === 'applying' || seen?.onItsWay === true;
      return { waitMs: soon ? Math.min(soonMs, pollMs) : pollMs };
    } catch (error) {
      signal.throwIfAborted();
      // Server, Patroni, disk: whatever has a name may come back. Anything else is for the supervisor.
      if (!(error instanceof HowdahError)) throw error;
      this.#outages += 1;
      this.#take({
        ...(this.#status ?? nothingKnown),
        ...withCertificate,
        phase: 'waiting',
        waitingFor: describeError(error),
      });
      return { waitMs: backoffMs(outageBackoff, this.#outages, random()) };
    }
  }

  #take(status: ConfigReloadStatus): void {
    const { metrics, teller } = this.#input;
    this.#status = status;
    teller.tell(status);
    this.#measureCertificate(status.certificate);
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

  #measureCertificate(certificate: CertificateStatus | undefined): void {
    const { certificateInForce, certificateExpiry } = this.#input.metrics;
    if (certificate === undefined) certificateInForce.remove();
    else certificateInForce.set(certificate.inForce ? 1 : 0);
    if (certificate?.notAfter === undefined) certificateExpiry.remove();
    else certificateExpiry.set(Date.parse(certificate.notAfter) / 1_000);
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
