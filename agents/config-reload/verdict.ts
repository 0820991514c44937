import type { CheckedSetting } from './checked-setting.ts';
import type { Problem } from './problem.ts';
import type { AppliedConf } from './render.ts';
import { shownValue } from './secret-names.ts';
import type { Verdict } from './server.ts';
import type { FileRow, ServerSetting } from './server-settings.ts';

export interface VerdictInput {
  readonly verdict: Verdict;
  /** What was written as postgresql.conf, when it was. */
  readonly conf?: AppliedConf;
  /** Whether a pg_hba.conf was written; errors of one that was not are not ours to tell. */
  readonly hbaWritten: boolean;
  readonly ownFiles: ReadonlySet<string>;
  readonly known: ReadonlyMap<string, ServerSetting>;
}

export interface VerdictProblems {
  /** Told at the lines of the mounted files. */
  readonly ours: readonly Problem[];
  /** In other files, for which the server takes no change at all. */
  readonly foreign: readonly Problem[];
}

/** What PostgreSQL itself has against the files on disk. */
export const verdictProblems = ({
  verdict,
  conf,
  hbaWritten,
  ownFiles,
  known,
}: VerdictInput): VerdictProblems => {
  const errors = verdict.files.filter(
    ({ name, error, sourceFile }) =>
      error !== null &&
      // An error without a place tells that a restart-only setting is no longer in any file: it waits.
      sourceFile !== null &&
      // A correct value that only a restart can bring has an error here, too.
      !(name !== null && verdict.waitsForRestart.has(name.toLowerCase())),
  );
  const isOurs = ({ sourceFile }: FileRow) => sourceFile !== null && ownFiles.has(sourceFile);
  const hba = hbaWritten
    ? verdict.hba.map(({ line, error }) => ({
        file: 'pg_hba.conf' as const,
        ...(line === null ? {} : { line }),
        message: error,
      }))
    : [];
  return {
    ours: [
      ...errors.filter(isOurs).map((row) => ownProblem(row, conf?.settingAt.get(row.sourceLine ?? 0))),
      ...hba,
    ],
    foreign: errors.filter((row) => !isOurs(row) && blocksReload(row, known)).map(foreignProblem),
  };
};

const ownProblem = ({ error, sourceLine }: FileRow, setting: CheckedSetting | undefined): Problem =>
  setting === undefined
    ? {
        file: 'postgresql.conf',
        message: `PostgreSQL refuses line ${sourceLine} of the applied file: ${error}`,
      }
    : {
        file: setting.file,
        line: setting.line,
        name: setting.name,
        message: `PostgreSQL refuses ${JSON.stringify(shownValue(setting.name, setting.value))}: ${error}${acceptedWords(setting)}`,
      };

const acceptedWords = ({ known }: CheckedSetting): string =>
  known?.words === undefined || known.words === null ? '' : `; accepted are ${known.words.join(', ')}`;

/**
 * With a syntax error or an unknown name in any of its files, the server takes no change at all; a value
 * that it refuses concerns that setting alone.
 */
const blocksReload = ({ name }: FileRow, known: ReadonlyMap<string, ServerSetting>): boolean =>
  name === null || (!name.includes('.') && !known.has(name.toLowerCase()));

const foreignProblem = ({ sourceFile, sourceLine, error }: FileRow): Problem => ({
  file: 'postgresql.conf',
  message: `PostgreSQL takes no change while ${sourceFile} is wrong in line ${sourceLine}: ${error}`,
});
