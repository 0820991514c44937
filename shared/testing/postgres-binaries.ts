import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const DEBIAN_ROOT = '/usr/lib/postgresql';

/** The newest of the major versions that Debian's packages have put side by side, or undefined. */
export const newestMajor = (entries: readonly string[]): number | undefined => {
  const majors = entries.filter((entry) => /^\d+$/.test(entry)).map(Number);
  return majors.length === 0 ? undefined : Math.max(...majors);
};

/**
 * The directory with `postgres`, `initdb` and `psql`: `HOWDAH_PG_BIN` when set, so that one run can be
 * given another major version, else the newest of Debian's packages.
 */
export const postgresBinaries = (): string => {
  const chosen = process.env.HOWDAH_PG_BIN;
  if (chosen !== undefined && chosen !== '') return chosen;
  const major = newestMajor(entriesOf(DEBIAN_ROOT));
  if (major === undefined) throw new Error(`no PostgreSQL in ${DEBIAN_ROOT}: run ./dev doctor`);
  return join(DEBIAN_ROOT, String(major), 'bin');
};

const entriesOf = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
};
