import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@howdah/core/clock';

export interface PostgresEndInput {
  /** PostgreSQL's data directory. */
  readonly pgdata: string;
  readonly withinMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const lookMs = 200;
/**
 * The logging collector is the last process of a server: it drains its pipe and ends only after postmaster.pid
 * is removed (PostmasterStateMachine and SysLoggerMain), within milliseconds.
 */
const lastLinesMs = 500;

/**
 * Waits for the end of a server that is being stopped, for its postmaster.pid to go. `unknown` where that
 * cannot be looked at: then nobody waits.
 */
export const untilPostgresEnds = async ({
  pgdata,
  withinMs,
  clock,
  signal,
}: PostgresEndInput): Promise<'ended' | 'still running' | 'unknown'> => {
  const path = join(pgdata, 'postmaster.pid');
  const deadlineMs = clock.monotonicMs() + withinMs;
  for (;;) {
    const found = await look(path);
    if (found === 'unknown') return found;
    const restMs = deadlineMs - clock.monotonicMs();
    if (found === 'gone') {
      await clock.sleep(Math.min(lastLinesMs, Math.max(restMs, 0)), signal);
      return 'ended';
    }
    if (restMs <= 0) return 'still running';
    await clock.sleep(Math.min(lookMs, restMs), signal);
  }
};

const look = async (path: string): Promise<'there' | 'gone' | 'unknown'> => {
  try {
    await stat(path);
    return 'there';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'gone' : 'unknown';
  }
};
