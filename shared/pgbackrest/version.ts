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

export const takesAnnotations = ({ major, minor }: Version): boolean =>
  major > annotationsSince.major || (major === annotationsSince.major && minor >= annotationsSince.minor);
