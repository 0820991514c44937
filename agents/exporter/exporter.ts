import { backoffMs } from '@howdah/core/backoff';
import type { Clock } from '@howdah/core/clock';
import { describeError, HowdahError } from '@howdah/core/errors';
import type { Agent, Progress, Readiness } from '@howdah/runtime/agent';
import type { Logger } from '@howdah/runtime/logger';
import type { ExporterStatus } from '@howdah/status/exporter';
import { type CollectorOutcome, collect } from './collect.ts';
import type { Connection } from './connect.ts';
import { dueNow } from './due.ts';
import { govern } from './govern.ts';
import { identify } from './identify.ts';
import { type LastCycle, metaSamples } from './meta.ts';
import type { Metrics } from './metrics.ts';
import type { Collector, RunStatement, ServerFacts } from './model.ts';
import { renderSamples } from './render.ts';
import { Snapshot } from './sample.ts';
import { exporterStatusOf } from './tell.ts';

export interface ExporterInput {
  readonly connection: Connection;
  readonly collectors: readonly Collector[];
  /** `host:port`, for labels and messages. */
  readonly address: string;
  readonly intervalMs: number;
  readonly budgetMs: number;
  readonly maxSeries: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly random?: () => number;
}

/** Milliseconds until the next cycle. */
export type NextWait = number;

/** While the server is away it is asked again sooner than a cycle would. */
const firstRetryMs = 1_000;

/** Drives the cycles: connect, collect, sample; `/metrics` renders what they left, and asks nothing. */
export class Exporter implements Agent {
  readonly #input: ExporterInput;
  readonly #snapshot: Snapshot;
  #cycle: LastCycle | undefined;
  #facts: ServerFacts | undefined;
  #sampledAt: Date | undefined;
  #unreachable: string | undefined;
  #failures = 0;

  constructor(input: ExporterInput) {
    this.#input = input;
    this.#snapshot = new Snapshot(input.intervalMs);
  }

  get stallAfterMs(): number {
    return Math.max(300_000, this.#input.intervalMs * 10);
  }

  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const waitMs = await this.cycle(signal);
        await this.#input.clock.sleep(waitMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await this.#input.connection.close();
      this.#input.metrics.connections.set(0);
    }
  }

  /** One look at everything that is due. Rejects only when aborted. */
  async cycle(signal: AbortSignal): Promise<NextWait> {
    const { clock, metrics, connection, intervalMs } = this.#input;
    const startedMs = clock.monotonicMs();
    metrics.cycles.inc();
    let failed = false;
    try {
      const session = await connection.session(signal);
      const run: RunStatement = (statement) => session.query(statement, signal);
      const facts = await identify(run, this.#input.address);
      for await (const outcome of this.#collect(facts, run, signal)) {
        // What fails because the session ended tells nothing of the collector.
        if (!session.alive && outcome.kind === 'failed') throw outcome.error;
        this.#record(outcome, facts);
        failed ||= outcome.kind === 'failed';
      }
      this.#reached(facts);
    } catch (error) {
      signal.throwIfAborted();
      this.#away(error);
    }
    metrics.connections.set(connection.open());
    const up = this.#unreachable === undefined;
    const endedAtMs = clock.monotonicMs();
    this.#cycle = { endedAtMs, durationMs: endedAtMs - startedMs, up, failed: failed || !up };
    if (up) return Math.max(0, startedMs + intervalMs - endedAtMs);
    const rule = { initialMs: firstRetryMs, maxMs: intervalMs };
    return backoffMs(rule, this.#failures, (this.#input.random ?? Math.random)());
  }

  renderMetrics(): string {
    const nowMs = this.#input.clock.monotonicMs();
    const states = this.#snapshot.fresh(nowMs);
    const meta = renderSamples(metaSamples(this.#cycle, states, nowMs));
    return states.reduce((text, state) => text + (state.held?.text ?? ''), meta);
  }

  status(): ExporterStatus {
    return exporterStatusOf({
      cycle: this.#cycle,
      facts: this.#facts,
      sampledAt: this.#sampledAt,
      states: this.#snapshot.fresh(this.#input.clock.monotonicMs()),
      connections: this.#input.connection.open(),
    });
  }

  readiness(): Readiness {
    if (this.#unreachable !== undefined) return { ready: false, waitingFor: this.#unreachable };
    return this.#cycle === undefined
      ? { ready: false, waitingFor: `the first answer of PostgreSQL at ${this.#input.address}` }
      : { ready: true };
  }

  #collect(facts: ServerFacts, run: RunStatement, signal: AbortSignal): AsyncGenerator<CollectorOutcome> {
    const { clock, collectors, maxSeries, budgetMs } = this.#input;
    const due = dueNow(collectors, (id) => this.#snapshot.get(id), clock.monotonicMs());
    return collect({ collectors: due, facts, run, maxSeries, budgetMs, clock, signal });
  }

  #record(outcome: CollectorOutcome, facts: ServerFacts): void {
    const { clock, metrics, logger, maxSeries } = this.#input;
    const { id } = outcome;
    const before = this.#snapshot.get(id);
    if (outcome.kind === 'inapplicable') {
      this.#snapshot.forget(id);
      return;
    }
    if (outcome.kind === 'skipped') {
      metrics.collectorSkips.inc({ collector: id });
      return;
    }
    const { durationMs } = outcome;
    const startedAtMs = clock.monotonicMs() - durationMs;
    if (outcome.kind === 'failed') {
      metrics.collectorFailures.inc({ collector: id });
      const error = describeError(outcome.error);
      this.#snapshot.put({ id, startedAtMs, durationMs, error });
      if (before?.error === undefined) {
        logger.warn({ collector: id, error, server: facts.versionNum }, 'collector failed');
      }
      return;
    }
    const { groups, series, dropped } = govern(outcome.reading, maxSeries);
    metrics.seriesDropped.inc({ collector: id }, dropped);
    const held = { text: renderSamples(groups.flat()), series, sampledAt: clock.now() };
    this.#snapshot.put({ id, startedAtMs, durationMs, held });
    if (before?.error !== undefined) logger.info({ collector: id }, 'collector works again');
  }

  #reached(facts: ServerFacts): void {
    const { logger, clock, progress, address } = this.#input;
    if (this.#unreachable !== undefined || this.#facts === undefined) {
      logger.info({ address, version: facts.versionNum, inRecovery: facts.inRecovery }, 'PostgreSQL answers');
    } else if (this.#facts.inRecovery !== facts.inRecovery) {
      logger.info({ address, inRecovery: facts.inRecovery }, 'the server changed its role');
    }
    this.#facts = facts;
    this.#sampledAt = clock.now();
    this.#unreachable = undefined;
    this.#failures = 0;
    progress.made();
  }

  /** The server cannot be asked: whatever was read of it is true no longer. */
  #away(error: unknown): void {
    const { logger, address, collectors } = this.#input;
    const why = describeError(error);
    if (this.#unreachable === undefined) {
      const known = error instanceof HowdahError ? { code: error.code, remedy: error.kind.remedy } : {};
      logger.warn({ address, error: why, ...known }, 'PostgreSQL does not answer');
    }
    for (const { id } of collectors) this.#snapshot.forget(id);
    this.#unreachable = `PostgreSQL at ${address}: ${why}`;
    this.#failures += 1;
  }
}
