import { type PgBackRest, type RunOptions, type RunResult, runPgBackRest } from './run.ts';

export interface ExpireOptions extends RunOptions {
  readonly repo: number;
  /** Label of the one backup that is to go, with those that build on it; retention is left alone then. */
  readonly set?: string;
}

/**
 * Removes what the retention of pgbackrest.conf no longer keeps: backups, and WAL that none of the others needs.
 * Without a retention nothing goes. It takes the same lock as a backup, so that it waits for none.
 */
export const expireBackups = (pgbackrest: PgBackRest, options: ExpireOptions): Promise<RunResult> =>
  runPgBackRest(pgbackrest, 'expire', argumentsOf(options), options);

const argumentsOf = ({ repo, set }: ExpireOptions): readonly string[] => [
  `--repo=${repo}`,
  ...(set === undefined ? [] : [`--set=${set}`]),
];
