import { describeError, HowdahError } from '@howdah/core/errors';
import type { VerifyReport } from '@howdah/pgbackrest/verify-report';
import type { RepositoryView } from '../repository/views.ts';
import { longestProblem, mostProblems, type VerifyEnding } from './entry.ts';

export interface VerifyEvidence {
  /** pgBackRest's word, or why there is none. */
  readonly said: { readonly report: VerifyReport } | { readonly error: unknown };
  /** Labels that the repository showed before. */
  readonly before: readonly string[];
  /** As read afterwards; undefined when it could not be read. */
  readonly after: RepositoryView | undefined;
}

/**
 * format, crypto and checksum: what pgBackRest ends with when it meets damage in a place where it looks by itself, as in
 * the first WAL segment of a directory. Source: https://github.com/pgbackrest/pgbackrest/blob/main/src/build/error/error.yaml
 */
const damageCodes: ReadonlySet<unknown> = new Set([26, 29, 95]);

/**
 * The verdict. pgBackRest's `status: ok` alone is none: until 2.59 at the least it says so of a repository in which a backup's
 * directory or its manifests are gone, and it exits with 0 whatever it found. So each backup that `info` shows before and
 * after has to be among those that it calls valid. Of what has gone meanwhile nothing is said.
 */
export const judgeVerify = (evidence: VerifyEvidence): Omit<VerifyEnding, 'at'> => {
  const { said, after } = evidence;
  if (after === undefined || !after.reachable || after.stanzaMissing)
    return notDone(`the repository could not be read afterwards: ${after?.message ?? 'no answer'}`);
  if ('error' in said) {
    const { error } = said;
    return error instanceof HowdahError && damageCodes.has(error.details.exitCode)
      ? invalid([describeError(error)])
      : notDone(describeError(error));
  }
  const { report } = said;
  const shown = evidence.before.filter((label) => after.backups.some((backup) => backup.label === label));
  const backups = shown.flatMap((label) => problemOf(label, report));
  if (report.status === 'ok') return backups.length === 0 ? valid : invalid(backups);
  const archives = report.archives
    .filter(({ segments, validSegments }) => validSegments < segments)
    .map(
      ({ archiveId, segments, validSegments }) =>
        `archive ${archiveId}: ${validSegments} of ${segments} WAL segments are valid`,
    );
  const general = [...archives, ...report.remarks];
  const gone = report.backups.some(({ label, status }) => status !== 'valid' && !shown.includes(label));
  if (backups.length === 0 && general.length === 0 && gone)
    return notDone('backups came or went meanwhile, and only in those something was found missing');
  const all = [...backups, ...general, ...report.findings];
  return invalid(all.length === 0 ? ['pgBackRest says status: error, and nothing else'] : all);
};

const valid = { outcome: 'done', verdict: 'valid' } as const;
const notDone = (reason: string) => ({ outcome: 'failed', reason: reason.slice(0, 600) }) as const;

const invalid = (problems: readonly string[]): Omit<VerifyEnding, 'at'> => {
  const told = problems.slice(0, mostProblems).map((problem) => problem.slice(0, longestProblem));
  const more = problems.length - told.length;
  return {
    outcome: 'done',
    verdict: 'invalid',
    problems: [...told, ...(more === 0 ? [] : [`and ${more} more, in pgBackRest’s log file`])],
  };
};

const problemOf = (label: string, { backups }: VerifyReport): readonly string[] => {
  const found = backups.find((backup) => backup.label === label);
  if (found === undefined) return [`${label}: not found, although backup.info names it`];
  const { status, files, validFiles } = found;
  if (status === 'valid') return [];
  return [`${label}: ${status}${files > validFiles ? `, ${files - validFiles} of ${files} files` : ''}`];
};
