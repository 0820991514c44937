import type { ErrorCatalogue, RetryClass } from '@howdah/core/errors';
import { generatedNotice } from './markdown.ts';

/** One package's kinds of failure. */
export interface ErrorPackage {
  /** Relative to the root, e.g. `agents/backup`. */
  readonly folder: string;
  readonly catalogue: ErrorCatalogue;
}

const whatHappensNext: Readonly<Record<RetryClass, string>> = {
  now: 'tried again at once',
  backoff: 'tried again, with growing delay',
  never: 'not tried again until something changes',
};

/** Codes that more than one kind has: a person who searches for one must find one. */
export const duplicateCodes = (packages: readonly ErrorPackage[]): readonly string[] => {
  const owners = Map.groupBy(
    packages.flatMap(({ folder, catalogue }) =>
      Object.values(catalogue).map(({ code }) => ({ code, folder })),
    ),
    ({ code }) => code,
  );
  return [...owners]
    .filter(([, uses]) => uses.length > 1)
    .map(
      ([code, uses]) =>
        `${code} is used twice: ${uses.map(({ folder }) => `${folder}/errors.ts`).join(', ')}`,
    );
};

/** docs/errors.md: every code with its meaning, what to do, and what the program does by itself. */
export const errorReference = (packages: readonly ErrorPackage[]): string => {
  const sections = packages
    .filter(({ catalogue }) => Object.keys(catalogue).length > 0)
    .toSorted((one, other) => one.folder.localeCompare(other.folder))
    .map(({ folder, catalogue }) => [`## ${folder}`, ...kindsOf(catalogue)].join('\n\n'));
  return `${[
    '# Errors',
    generatedNotice('the `errors.ts` of each package'),
    'Every failure that a person will see has a code. It stands in the log line, in `/status` and in what the command line says; the original failure stands beside it.',
    ...sections,
  ].join('\n\n')}\n`;
};

const kindsOf = (catalogue: ErrorCatalogue): readonly string[] =>
  Object.values(catalogue)
    .toSorted((one, other) => one.code.localeCompare(other.code))
    .map(({ code, meaning, remedy, retry }) =>
      [`### ${code}`, meaning, `**What to do:** ${remedy}`, `**By itself:** ${whatHappensNext[retry]}.`].join(
        '\n\n',
      ),
    );
