import { type PgBackRest, runPgBackRest } from '@howdah/pgbackrest/run';
import { expect } from 'vitest';

/** pgBackRest reads back every file of every backup and of the archive, and finds all of it whole. */
export const expectWhole = async (pgbackrest: PgBackRest, labels: readonly string[]): Promise<void> => {
  const options = { signal: new AbortController().signal, timeoutMs: 60_000 };
  const { stdout } = await runPgBackRest(pgbackrest, 'verify', ['--output=text', '--verbose'], options);
  expect(stdout).toMatch(/^status: ok$/m);
  const valid = [...stdout.matchAll(/^ *backup: (\S+), status: valid,/gm)].map(([, label]) => label);
  expect(valid, stdout).toEqual(labels);
};
