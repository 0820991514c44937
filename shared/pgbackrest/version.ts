import { HowdahError } from '@howdah/core/errors';
import { pgbackrestErrors } from './errors.ts';
import { type PgBackRest, type RunOptions, runPgBackRest } from './run.ts';

export interface Version {
  readonly major: number;
  readonly minor: number;
  /** As written, e.g. `2.45`, `2.56.0dev`. */
  readonly text: string;
}

/** The first version that takes `--annotation`. */
const annotationsSince = { major: 2, minor: 41 };
/** The first in which `verify` is a command for users, and says what it found (`--output`, `--verbose`). */
const verifySince = { major: 2, minor: 39 };

export const readVersion = async (pgbackrest: PgBackRest, options: RunOptions): Promise<Version> => {
  const { stdout } = await runPgBackRest(pgbackrest, 'version', [], options);
  const version = parseVersion(stdout);
  if (version === undefined) {
    throw new HowdahError(
      pgbackrestErrors.unreadableAnswer,
      `pgbackrest version: ${stdout.trim().slice(0, 80)}`,
    );
  }
  return version;
};

/** `pgBackRest 2.45` → 2, 45; undefined for anything else. */
export const parseVersion = (text: string): Version | undefined => {
  const match = /^pgBackRest ((\d+)\.(\d+)\S*)\s*$/.exec(text);
  if (match === null) return undefined;
  return { major: Number(match[2]), minor: Number(match[3]), text: match[1] ?? '' };
};

export const takesAnnotations = (version: Version): boolean => isSince(version, annotationsSince);

/**
 * Why `verify` of that version is not to be trusted; undefined where it is. 2.46 brought block incremental backups, and
 * took sound ones outside a bundle for missing (https://github.com/pgbackrest/pgbackrest/issues/2112, mended in 2.47).
 */
export const verifyProblem = (version: Version): string | undefined => {
  if (!isSince(version, verifySince))
    return `pgBackRest ${version.text} has no verify; 2.39 is the first that has`;
  return version.major === 2 && version.minor === 46
    ? 'pgBackRest 2.46 takes sound block incremental files for missing; 2.47 does not'
    : undefined;
};

const isSince = (
  { major, minor }: Pick<Version, 'major' | 'minor'>,
  first: { readonly major: number; readonly minor: number },
): boolean => major > first.major || (major === first.major && minor >= first.minor);
