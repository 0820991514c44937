import type { Clock } from '@howdah/core/clock';
import type { AgentName } from '@howdah/status/common';
import type { Registry } from 'prom-client';
import type * as z from 'zod';
import type { Directories } from './directories.ts';
import { gracePlan, kubernetesGraceMs } from './grace.ts';
import type { Logger } from './logger.ts';

/** Whether an agent can do its work now; shown in `/readyz` and `/status`. */
export type Readiness = { readonly ready: true } | { readonly ready: false; readonly waitingFor: string };

/** Called whenever the agent did what it is there for: silence is an alarm. */
export interface Progress {
  made(): void;
}

/** Why an agent is told to stop: the reason of the signal that `run` was given. */
export class StopRequest extends Error {
  override readonly name = 'AbortError';
  /** `config-changed`: finish what runs, a new instance follows. `shutdown`: the process is about to end. */
  readonly why: 'shutdown' | 'config-changed';
  /** What the agent may take for what must not be cut short. */
  readonly withinMs: number;

  constructor(why: 'shutdown' | 'config-changed', withinMs = gracePlan(kubernetesGraceMs, false).lastWorkMs) {
    super(`asked to stop: ${why}`);
    this.why = why;
    this.withinMs = withinMs;
  }
}

/** How long an agent that was told to stop by `signal` may go on with its last work; undefined: it may not. */
export const lastWorkMs = (signal: AbortSignal): number | undefined =>
  signal.reason instanceof StopRequest && signal.reason.why === 'shutdown'
    ? signal.reason.withinMs
    : undefined;

/**
 * Aborts when the work of an agent is to be cut short: with `signal`, but at a shutdown only after the time
 * for last work, so that what is under way ends in order and can be followed by the last of it.
 */
export const workSignal = (signal: AbortSignal): AbortSignal => {
  const work = new AbortController();
  const cut = () => {
    const withinMs = lastWorkMs(signal);
    if (withinMs === undefined) work.abort(signal.reason);
    else setTimeout(() => work.abort(signal.reason), withinMs).unref();
  };
  if (signal.aborted) cut();
  else signal.addEventListener('abort', cut, { once: true });
  return work.signal;
};

/** What an agent is given; everything from outside comes through here. */
export interface AgentInput<Config, Metrics> {
  readonly config: Config;
  /** Made once per process, so counters outlive a restart of the agent. */
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly directories: Directories;
  /** This agent's own folder of the state directory, made before. */
  readonly stateDir: string;
  /** Patroni's name of the member beside which the agent runs. */
  readonly member: string;
}

export interface Agent {
  /**
   * Runs until the signal aborts (its reason is a StopRequest), finishes what must not be cut short
   * within the agent's own bound, and resolves. Rejects when the agent cannot go on: the supervisor
   * then builds a new instance after a growing delay.
   *
   * @param shutdown aborts when the process is about to end, also after `signal` has aborted for a new
   *   configuration: what was allowed to finish is then cut short
   */
  run(signal: AbortSignal, shutdown: AbortSignal): Promise<void>;
  /** The agent's part of `/status`, from memory: must not wait. Undefined before there is anything to say. */
  status(): unknown;
  readiness(): Readiness;
  /**
   * Families too many for prom-client, in text exposition format 0.0.4, from memory; their names must not
   * occur in the registry.
   */
  renderMetrics?(): string;
  /** Ready and without progress for so long, the agent counts as stuck and `/healthz` fails. Default 300,000. */
  readonly stallAfterMs?: number;
}

/** One agent as the suite and the single-agent processes know it; exported as `agent` by each `agent.ts`. */
export interface AgentDefinition<Config, Metrics> {
  readonly name: AgentName;
  /** Describes `<name>.yaml` whole: defaults, bounds, and rules across fields. */
  readonly schema: z.ZodType<Config>;
  /** Declares the agent's metrics in `registry`, with zero series for closed label sets. */
  createMetrics(registry: Registry): Metrics;
  create(input: AgentInput<Config, Metrics>): Agent;
}
