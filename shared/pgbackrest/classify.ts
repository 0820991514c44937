import type { ErrorKind } from '@howdah/core/errors';
import { pgbackrestErrors as kinds } from './errors.ts';

/**
 * pgBackRest's exit codes, by what a caller can do about them.
 * Source: https://github.com/pgbackrest/pgbackrest/blob/main/src/build/error/error.yaml
 */
const kindByExitCode: ReadonlyMap<number, ErrorKind> = new Map<number, ErrorKind>([
  // config, command-required, option-*, param-*, command-invalid
  ...[27, 30, 31, 32, 33, 34, 35, 36, 37, 43, 48, 96].map((code) => [code, kinds.configuration] as const),
  [50, kinds.locked],
  [62, kinds.stopped],
  [63, kinds.terminated],
  // file-invalid is what stanza-create and backup say of a stanza that belongs to another cluster
  ...[28, 44, 46, 51, 58].map((code) => [code, kinds.databaseMismatch] as const),
  // pg-running, db-connect, db-query, db-timeout, db-missing, db-invalid
  ...[38, 56, 57, 59, 80, 81].map((code) => [code, kinds.database] as const),
  // archive-command-invalid, archive-timeout, archive-disabled
  ...[68, 82, 87].map((code) => [code, kinds.archive] as const),
  // everything with a file, a path, a host or a service at its end
  ...[
    26, 29, 39, 41, 42, 47, 49, 52, 53, 54, 55, 60, 61, 64, 66, 72, 73, 74, 79, 83, 88, 93, 95, 97, 98, 99,
    101, 102, 103, 105,
  ].map((code) => [code, kinds.repository] as const),
]);

/**
 * What kind of failure an exit is.
 *
 * @param code exit code, null when a signal ended the process
 * @param message what pgBackRest wrote; looked at only where one code means two things
 */
export const classifyExit = (code: number | null, message: string): ErrorKind => {
  if (code === null) return kinds.terminated;
  // A missing backup.info or archive.info is file-missing like any other; only the hint tells.
  if ((code === 55 || code === 103) && message.includes('stanza-create')) return kinds.stanzaMissing;
  // db-mismatch of a server whose first checkpoint on the new timeline is still to come.
  if (code === 58 && message.includes('does not match pg_control timeline')) return kinds.promotionUnsettled;
  return kindByExitCode.get(code) ?? kinds.failed;
};

/**
 * The error line and its hints out of all that was written, then the warnings, which often hold the cause
 * (which server could not be reached, and why). At most 600 characters.
 */
export const errorMessageIn = (written: string): string => {
  const entries = entriesIn(written);
  const errors = entries.filter((entry) => /\bERROR: \[\d+\]:/.test(entry));
  if (errors.length === 0) return written.trim().slice(-600);
  const warnings = entries.filter((entry) => /\bWARN: /.test(entry)).slice(-3);
  return [errors[0] ?? '', ...warnings]
    .map((entry) => entry.replace(/^.*?\b(?:ERROR|WARN): /, ''))
    .join('; ')
    .slice(0, 600);
};

/** One entry per message: lines that are indented go on with the one before. */
const entriesIn = (written: string): readonly string[] =>
  written
    .replaceAll(/\n[ \t]+(?=\S)/g, '; ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
