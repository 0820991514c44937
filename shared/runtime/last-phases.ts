import { systemClock } from '@howdah/core/clock';
import { StopRequest } from './agent.ts';
import type { Environment } from './environment.ts';
import { gracePlan } from './grace.ts';
import type { Logger } from './logger.ts';
import { untilPostgresEnds } from './postgres-end.ts';
import type { ShutdownPhase } from './shutdown.ts';

export interface LastPhasesInput {
  readonly environment: Pick<Environment, 'pgdata' | 'graceMs'>;
  readonly logger: Logger;
  /** Of the agents. */
  readonly stop: AbortController;
  readonly running: Promise<void>;
  readonly closeServer: () => Promise<unknown>;
}

/**
 * How a process of agents ends: they go on while PostgreSQL stops, then take its last records, and the
 * endpoints answer until then. A native sidecar is told only when PostgreSQL is gone; an ordinary container
 * at the same moment as Patroni.
 */
export const lastPhases = (input: LastPhasesInput): readonly ShutdownPhase[] => {
  const { environment, stop, running, closeServer } = input;
  const plan = gracePlan(environment.graceMs, environment.pgdata !== undefined);
  const agents = (): Promise<void> => {
    stop.abort(new StopRequest('shutdown', plan.lastWorkMs));
    return running;
  };
  return [
    ...postgresPhase(input, plan.postgresMs),
    { name: 'agents', deadlineMs: plan.agentsMs, run: agents },
    { name: 'http server', deadlineMs: 2_000, run: closeServer },
  ];
};

const postgresPhase = (
  { environment: { pgdata }, logger }: LastPhasesInput,
  withinMs: number,
): readonly ShutdownPhase[] => {
  if (pgdata === undefined) return [];
  const wait = async (signal: AbortSignal): Promise<void> => {
    const outcome = await untilPostgresEnds({ pgdata, withinMs, clock: systemClock, signal });
    logger.info({ outcome }, 'waited for the end of PostgreSQL');
  };
  // A data directory on a volume that hangs is left waiting for.
  return [
    { name: 'PostgreSQL', deadlineMs: withinMs + 500, run: () => wait(AbortSignal.timeout(withinMs + 500)) },
  ];
};
