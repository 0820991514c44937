/** `terminationGracePeriodSeconds` where nobody sets it. */
export const kubernetesGraceMs = 30_000;

/** How the time between SIGTERM and SIGKILL is spent, in milliseconds. */
export interface GracePlan {
  /** The agents go on for PostgreSQL's last words at most so long. */
  readonly postgresMs: number;
  /** What an agent may take for what must not be cut short: its last records, and their way out. */
  readonly lastWorkMs: number;
  /** Then the process goes on without those agents that have not ended. */
  readonly agentsMs: number;
}

/**
 * Half of the grace period is PostgreSQL's where one is waited for, the rest is the agents'. Each bound lies
 * inside the next, so that whoever is late is named before the kubelet kills.
 */
export const gracePlan = (graceMs: number, waitsForPostgres: boolean): GracePlan => {
  const postgresMs = waitsForPostgres ? graceMs / 2 : 0;
  const restMs = graceMs - postgresMs;
  return { postgresMs, lastWorkMs: restMs / 2, agentsMs: (restMs * 5) / 6 };
};

/** When an agent that was given `lastWorkMs` is given up: between that and {@link GracePlan.agentsMs}. */
export const givenUpAfterMs = (lastWorkMs: number): number => (lastWorkMs * 4) / 3;
