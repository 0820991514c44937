import type { BackupType } from './info.ts';
import { type PgBackRest, type RunOptions, type RunResult, runPgBackRest } from './run.ts';

export interface BackupOptions extends RunOptions {
  readonly type: BackupType;
  readonly repo: number;
  /** Leaves what retention no longer keeps until the next backup. */
  readonly holdRetention?: boolean;
  /** Shown by `info` from pgBackRest 2.41 on; older ones refuse the option. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Takes one backup and expires what retention no longer keeps, unless told to hold it.
 *
 * That it resolved is not yet proof: read it back with `readInfo`. An `incr` or `diff` with nothing to
 * build on becomes a `full`, with a warning in `stderr`.
 */
export const takeBackup = (pgbackrest: PgBackRest, options: BackupOptions): Promise<RunResult> =>
  runPgBackRest(
    pgbackrest,
    'backup',
    [
      `--type=${options.type}`,
      `--repo=${options.repo}`,
      ...(options.holdRetention === true ? ['--no-expire-auto'] : []),
      ...Object.entries(options.annotations ?? {}).map(([key, value]) => `--annotation=${key}=${value}`),
    ],
    options,
  );
