import { ioTimeout } from './io-timeout.ts';
import { type PgBackRest, type RunOptions, runPgBackRest } from './run.ts';

export interface ReachOptions extends RunOptions {
  readonly repo: number;
}

/**
 * Whether a repository answers: the list of what its archive holds of the stanza, one small question where `info`
 * reads several files. A stanza that is not there yet is an answer too.
 *
 * Rejects as {@link runPgBackRest} does.
 */
export const reachRepository = async (pgbackrest: PgBackRest, options: ReachOptions): Promise<void> => {
  await runPgBackRest(
    pgbackrest,
    'repo-ls',
    [`--repo=${options.repo}`, ioTimeout(options.timeoutMs), `archive/${pgbackrest.stanza}`],
    options,
  );
};
