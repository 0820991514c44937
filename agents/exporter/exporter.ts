import { backoffMs } from '@howdah/core/backoff';
import type { Clock } from '@howdah/core/clock';
import { describeError, HowdahError } from '@howdah/core/errors';
import type { Agent, Progress, Readiness } from '@howdah/runtime/agent';
import type { Logger } from '@howdah/runtime/logger';
import type { ExporterStatus } from '@howdah/status/exporter';
import { type CollectorOutcome, collect } from './collect.ts';
import type { Connection } from './connect.ts';
import { dueNow } from './due.ts';
import { identify } from './identify.ts';
import { type LastCycle, metaSamples } from './meta.ts';
import type { Metrics } from './metrics.ts';
import type { Collector, RunStatement, ServerFacts } from './model.ts';
import { passOn, patroniId } from './pass-on.ts';
import type { PatroniSource } from './patroni-source.ts';
import { renderSamples } from './render.ts';
import { type Sampled, Snapshot, sampled } from './sample.ts';
import { exporterStatusOf } from './tell.ts';

export interface ExporterInput {
  readonly connection: Connection;
  readonly collectors: readonly Collector[];
  /** Asked after the collectors, within a budget of their own: no view waits for them. */
  readonly customQueries: readonly Collector[];
  /** Absent when Patroni's metrics are not asked for. */
  readonly patroni?: PatroniSource;
  /** `host:port`, for labels and messages. */
  readonly address: string;
  readonly intervalMs: number;
  readonly budgetMs: number;
  readonly customBudgetMs: number;
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

/** PostgreSQL's message may quote what a custom query cast; `/status` needs no more than its beginning. */
const longestErrorCharacters = 500;

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
      this.#input.patroni?.close();
      await this.#input.connection.close();
      this.#input.metrics.connections.set(0);
    }
  }

  /** One look at everything that is due. Rejects only when aborted. */
  async cycle(signal: AbortSignal): Promise<NextWait> {
    const { clock, metrics, connection, intervalMs, random = Math.random } = this.#input;
    const startedMs = clock.monotonicMs();
    metrics.cycles.inc();
    // Patroni is asked at the same time: it answers where PostgreSQL does not.
    const [server, patroni] = await Promise.all([this.#readServer(signal), this.#readPatroni(signal)]);
    signal.throwIfAborted();
    metrics.connections.set(connection.open());
    const endedAtMs = clock.monotonicMs();
    const failed = server !== 'good' || patroni !== 'good';
    this.#cycle = { endedAtMs, durationMs: endedAtMs - startedMs, up: server !== 'away', failed };
    if (server !== 'away') return Math.max(0, startedMs + intervalMs - endedAtMs);
    return backoffMs({ initialMs: firstRetryMs, maxMs: intervalMs }, this.#failures, random());
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

  async #readServer(signal: AbortSignal): Promise<'good' | 'partly' | 'away'> {
    const { connection, address } = this.#input;
    let result: 'good' | 'partly' = 'good';
    try {
      const session = await connection.session(signal);
      const run: RunStatement = (statement) => session.query(statement, signal);
      const facts = await identify(run, address);
      const { collectors, budgetMs, customQueries, customBudgetMs } = this.#input;
      for await (const outcome of this.#collect(collectors, budgetMs, facts, run, signal)) {
        // What fails because the session ended tells nothing of the collector.
        if (!session.alive && outcome.kind === 'failed') throw outcome.error;
        this.#take(outcome);
        if (outcome.kind === 'failed') result = 'partly';
      }
      this.#reached(facts);
      for await (const outcome of this.#collect(customQueries, customBudgetMs, facts, run, signal)) {
        this.#take(outcome);
        if (outcome.kind === 'failed') result = 'partly';
        // A custom query may well have ended it. The views were read; the other queries have the next cycle.
        if (!session.alive) break;
      }
      return result;
    } catch (error) {
      if (!signal.aborted) this.#away(error);
      return 'away';
    }
  }

  async #readPatroni(signal: AbortSignal): Promise<'good' | 'partly'> {
    const { clock, patroni, maxSeries } = this.#input;
    if (patroni === undefined) return 'good';
    const startedMs = clock.monotonicMs();
    try {
      const text = await patroni.metrics(signal);
      this.#record(patroniId, clock.monotonicMs() - startedMs, passOn(text, maxSeries));
      return 'good';
    } catch (error) {
      if (!signal.aborted) this.#record(patroniId, clock.monotonicMs() - startedMs, { error });
      return 'partly';
    }
  }

  #collect(
    collectors: readonly Collector[],
    budgetMs: number,
    facts: ServerFacts,
    run: RunStatement,
    signal: AbortSignal,
  ): AsyncGenerator<CollectorOutcome> {
    const { clock, maxSeries } = this.#input;
    const due = dueNow(collectors, (id) => this.#snapshot.get(id), clock.monotonicMs());
    return collect({ collectors: due, facts, run, maxSeries, budgetMs, clock, signal });
  }

  #take(outcome: CollectorOutcome): void {
    const { id, kind } = outcome;
    if (kind === 'inapplicable') this.#snapshot.forget(id);
    else if (kind === 'skipped') this.#input.metrics.collectorSkips.inc({ collector: id });
    else if (kind === 'failed') this.#record(id, outcome.durationMs, { error: outcome.error });
    else this.#record(id, outcome.durationMs, sampled(outcome.reading, this.#input.maxSeries));
  }

  #record(id: string, durationMs: number, result: Sampled | { readonly error: unknown }): void {
    const { clock, metrics, logger } = this.#input;
    const startedAtMs = clock.monotonicMs() - durationMs;
    const everyMs = this.#input.customQueries.find((query) => query.id === id)?.everyMs;
    const run = { id, startedAtMs, durationMs, ...(everyMs === undefined ? {} : { everyMs }) };
    const before = this.#snapshot.get(id);
    const failedBefore = before?.error !== undefined;
    if ('error' in result) {
      const error = describeError(result.error).slice(0, longestErrorCharacters);
      metrics.collectorFailures.inc({ collector: id });
      this.#snapshot.put({ ...run, error });
      if (!failedBefore) logger.warn({ collector: id, error }, 'collector failed');
      return;
    }
    metrics.seriesDropped.inc({ collector: id }, result.dropped);
    this.#snapshot.put({ ...run, held: { ...result, sampledAt: clock.now() } });
    if (result.dropped > 0 && (before?.held?.dropped ?? 0) === 0)
      logger.warn({ collector: id, dropped: result.dropped }, 'collector has more series than are served');
    if (failedBefore) logger.info({ collector: id }, 'collector works again');
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
    const { logger, address, collectors, customQueries } = this.#input;
    const why = describeError(error);
    if (this.#unreachable === undefined) {
      const known = error instanceof HowdahError ? { code: error.code, remedy: error.kind.remedy } : {};
      logger.warn({ address, error: why, ...known }, 'PostgreSQL does not answer');
    }
    for (const { id } of [...collectors, ...customQueries]) this.#snapshot.forget(id);
    this.#unreachable = `PostgreSQL at ${address}: ${why}`;
    this.#failures += 1;
  }
}
