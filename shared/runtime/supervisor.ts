import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { backoffMs } from '@howdah/core/backoff';
import type { Clock } from '@howdah/core/clock';
import { describeError, HowdahError } from '@howdah/core/errors';
import type { AgentCommon, ConfigProblem } from '@howdah/status/common';
import { type Agent, type AgentDefinition, type Readiness, StopRequest } from './agent.ts';
import type { KnownConfig } from './config.ts';
import type { ConfigInForce } from './config-in-force.ts';
import type { Directories } from './directories.ts';
import type { Logger } from './logger.ts';
import { forgetAgent, type RuntimeMetrics } from './metrics.ts';
import { aborted, whyOf, withStopDeadline } from './stop-deadline.ts';

// An agent's config and metrics are its own affair; create() and schema belong together by construction.
export type AnyAgentDefinition = AgentDefinition<unknown, unknown>;

export interface SupervisorInput {
  readonly definition: AnyAgentDefinition;
  readonly agentMetrics: unknown;
  readonly metrics: RuntimeMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly directories: Directories;
  readonly member: string;
  readonly random?: () => number;
}

const restartBackoff = { initialMs: 1_000, maxMs: 60_000 };
/** An agent that ran so long before it failed starts again with the first, short delay. */
const healthyRunMs = 120_000;
const defaultStallMs = 300_000;

type LastError = NonNullable<AgentCommon['lastError']>;

/**
 * Keeps one agent running on the configuration in force: builds it, restarts it with growing delay when it
 * fails, replaces it when the configuration changes. Never rejects for an agent's failure, so no agent takes
 * another down.
 */
export class Supervisor {
  readonly #input: SupervisorInput;
  #config: ConfigInForce<unknown> = { state: 'off', problems: [] };
  #changed = new AbortController();
  #agent: Agent | undefined;
  #restarting = false;
  #startedAt: Date | undefined;
  #lastProgressAt: Date | undefined;
  /** Start or progress, whichever came last, on the clock that no time server sets. */
  #movedMs = 0;
  #restarts = 0;
  #lastError: LastError | undefined;

  constructor(input: SupervisorInput) {
    this.#input = input;
  }

  get definition(): AnyAgentDefinition {
    return this.#input.definition;
  }

  get name(): AnyAgentDefinition['name'] {
    return this.#input.definition.name;
  }

  /** Takes the newest configuration; an agent that runs on another one is asked to stop and replaced. */
  accept(config: ConfigInForce<unknown>): void {
    const sameInForce = config.state === this.#config.state && digestOf(config) === digestOf(this.#config);
    this.#config = config;
    if (sameInForce) return;
    this.#changed.abort(new StopRequest('config-changed'));
    this.#changed = new AbortController();
  }

  /** What is in force, to be compared with what the file says next. */
  known(): KnownConfig<unknown> | undefined {
    return this.#config.state === 'valid' ? this.#config : undefined;
  }

  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const config = this.#config;
      const untilChange = AbortSignal.any([signal, this.#changed.signal]);
      if (config.state !== 'valid') {
        await aborted(untilChange);
        continue;
      }
      const startedMs = this.#input.clock.monotonicMs();
      const failure = await this.#runOnce(config.config, untilChange, signal);
      if (failure === undefined) continue;
      failures = this.#input.clock.monotonicMs() - startedMs > healthyRunMs ? 1 : failures + 1;
      await this.#waitBeforeRestart(failure, failures, untilChange);
    }
  }

  /** The failure that ended the agent; undefined when it stopped because it was asked to. */
  async #runOnce(config: unknown, signal: AbortSignal, shutdown: AbortSignal): Promise<unknown> {
    const { definition, logger, clock, directories, member } = this.#input;
    const stateDir = join(directories.state, definition.name);
    try {
      await mkdir(stateDir, { recursive: true, mode: 0o700 });
      const agent = definition.create({
        config,
        metrics: this.#input.agentMetrics,
        logger,
        clock,
        directories,
        member,
        stateDir,
        progress: { made: () => this.#progressMade() },
      });
      this.#agent = agent;
      this.#startedAt = clock.now();
      this.#movedMs = clock.monotonicMs();
      logger.info('agent started');
      await withStopDeadline(agent.run(signal, shutdown), shutdown);
      if (!signal.aborted) throw new Error('the agent ended although nobody asked it to');
      logger.info({ why: whyOf(signal) }, 'agent stopped');
      return undefined;
    } catch (error) {
      if (!signal.aborted) return error ?? new Error('failed without a reason');
      logger.warn({ why: whyOf(signal), error: describeError(error) }, 'agent stopped with an error');
      return undefined;
    } finally {
      this.#agent = undefined;
    }
  }

  async #waitBeforeRestart(failure: unknown, failures: number, signal: AbortSignal): Promise<void> {
    const { clock, logger, metrics } = this.#input;
    const waitMs = backoffMs(restartBackoff, failures, (this.#input.random ?? Math.random)());
    this.#restarts += 1;
    metrics.restarts.inc({ agent: this.name });
    this.#lastError = lastErrorOf(failure, clock.now());
    // Louder as it lasts: one failure may be a restart of the server, five in a row are for a person.
    const level = failures >= 5 ? 'error' : 'warn';
    logger[level](
      { ...this.#lastError, stack: failure instanceof Error ? failure.stack : undefined, waitMs, failures },
      'agent failed, restarts',
    );
    this.#restarting = true;
    await clock.sleep(waitMs, signal).catch(() => undefined);
    this.#restarting = false;
  }

  #progressMade(): void {
    this.#lastProgressAt = this.#input.clock.now();
    this.#movedMs = this.#input.clock.monotonicMs();
  }

  /** Whether a restart of the process would help: ready, and yet without progress for too long. */
  stalled(): boolean {
    const agent = this.#agent;
    if (agent === undefined || !agent.readiness().ready) return false;
    return this.#input.clock.monotonicMs() - this.#movedMs > (agent.stallAfterMs ?? defaultStallMs);
  }

  readiness(): Readiness | undefined {
    if (this.#config.state === 'off') return undefined;
    if (this.#config.state === 'misconfigured') {
      return {
        ready: false,
        waitingFor: `a correct ${this.name}.yaml: ${firstProblem(this.#config.problems)}`,
      };
    }
    if (this.#agent === undefined) {
      return {
        ready: false,
        waitingFor: this.#lastError === undefined ? 'its start' : `a restart: ${this.#lastError.message}`,
      };
    }
    return this.#agent.readiness();
  }

  renderMetrics(): string {
    return this.#agent?.renderMetrics?.() ?? '';
  }

  /** Brings the runtime's series of this agent up to date, just before a scrape. */
  refreshMetrics(): void {
    const { metrics } = this.#input;
    const agent = this.name;
    const readiness = this.readiness();
    if (readiness === undefined) {
      forgetAgent(metrics, agent);
      return;
    }
    metrics.up.set({ agent }, this.#agent === undefined ? 0 : 1);
    metrics.ready.set({ agent }, readiness.ready ? 1 : 0);
    metrics.configValid.set({ agent }, this.#config.problems.length === 0 ? 1 : 0);
    metrics.restarts.inc({ agent }, 0);
    if (this.#lastProgressAt !== undefined)
      metrics.lastProgress.set({ agent }, this.#lastProgressAt.getTime() / 1_000);
  }

  /** This agent's entry in `/status`; undefined while it is not configured. */
  status(): (AgentCommon & { detail?: unknown }) | undefined {
    const readiness = this.readiness();
    if (readiness === undefined) return undefined;
    const config = this.#config;
    const detail = this.#agent?.status();
    return {
      state: config.state === 'misconfigured' ? 'misconfigured' : this.#restarting ? 'restarting' : 'running',
      ready: readiness.ready,
      ...(readiness.ready ? {} : { waitingFor: readiness.waitingFor }),
      ...(this.#startedAt === undefined ? {} : { startedAt: this.#startedAt.toISOString() }),
      ...(this.#lastProgressAt === undefined ? {} : { lastProgressAt: this.#lastProgressAt.toISOString() }),
      restarts: this.#restarts,
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
      config: {
        ...(config.state === 'valid' ? { digest: config.digest } : {}),
        valid: config.problems.length === 0,
        problems: [...config.problems],
      },
      ...(detail === undefined ? {} : { detail }),
    };
  }
}

const digestOf = (config: ConfigInForce<unknown>): string | undefined =>
  config.state === 'valid' ? config.digest : undefined;

const firstProblem = (problems: readonly ConfigProblem[]): string => {
  const [first, ...others] = problems;
  if (first === undefined) return 'it is empty';
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `${first.path === '' ? '' : `${first.path}: `}expected ${first.expected}${more}`;
};

const lastErrorOf = (failure: unknown, now: Date): LastError => ({
  code: failure instanceof HowdahError ? failure.code : 'HOWDAH_UNEXPECTED',
  message: describeError(failure),
  ...(failure instanceof HowdahError ? { remedy: failure.kind.remedy } : {}),
  at: now.toISOString(),
});
