import type { CheckedSetting } from './checked-setting.ts';
import type { Problem } from './problem.ts';
import type { AppliedConf } from './render.ts';
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

/** What PostgreSQL itself has against the files on disk, told at the lines of the mounted files. */
export const verdictProblems = ({
  verdict,
  conf,
  hbaWritten,
  ownFiles,
  known,
}: VerdictInput): readonly Problem[] => {
  const problems = verdict.files.flatMap((row): Problem[] => {
    // An error without a place tells that a restart-only setting is no longer in any file: it waits, too.
    if (row.error === null || row.sourceFile === null) return [];
    const name = row.name?.toLowerCase();
    // A correct value that only a restart can bring has an error here, too.
    if (name !== undefined && verdict.waitsForRestart.has(name)) return [];
    if (!ownFiles.has(row.sourceFile)) return blocksReload(row, known) ? [foreignProblem(row)] : [];
    return [ownProblem(row, conf?.settingAt.get(row.sourceLine ?? 0))];
  });
  if (!hbaWritten) return problems;
  return [
    ...problems,
    ...verdict.hba.map(({ line, error }) => ({
      file: 'pg_hba.conf' as const,
      ...(line === null ? {} : { line }),
      message: error,
    })),
  ];
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
        message: `PostgreSQL refuses ${JSON.stringify(setting.value)}: ${error}${acceptedWords(setting)}`,
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
