import { HowdahError } from '@howdah/core/errors';
import { pgbackrestErrors } from './errors.ts';
import { type PgBackRest, type RunOptions, runPgBackRest } from './run.ts';
import { parseVerifyReport, type VerifyReport } from './verify-report.ts';

export interface VerifyOptions extends RunOptions {
  readonly repo: number;
}

/**
 * Reads all that a repository holds, backups and WAL, and compares its checksums. It takes no lock: pgBackRest lets it
 * run beside a backup or an expiration, whose files it then misses.
 *
 * Resolves with what it found, damage included. Rejects where it found no end: HOWDAH_PGBACKREST_REPOSITORY with the exit
 * code 29 (format) where the first WAL segment of a directory cannot be decompressed, which ends it at once (2.45). A file
 * that cannot be opened costs it 15 s of retries, each: a store that is lost under it is for the caller to notice.
 */
export const verifyRepository = async (
  pgbackrest: PgBackRest,
  { repo, ...options }: VerifyOptions,
): Promise<VerifyReport> => {
  const args = [`--repo=${repo}`, '--output=text', '--verbose'];
  const { stdout, stderr } = await runPgBackRest(pgbackrest, 'verify', args, {
    ...options,
    // The files that are damaged are named here alone.
    stderrLevel: 'info',
  });
  const report = parseVerifyReport(stdout, stderr);
  if (report === undefined)
    throw new HowdahError(
      pgbackrestErrors.unreadableAnswer,
      `pgbackrest verify: ${stdout.trim().slice(0, 80)}`,
    );
  return report;
};
