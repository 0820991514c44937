import * as z from 'zod';

/** What is used of vitest's JSON reporter, whose form is Jest's. */
const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          duration: z.number().nullish(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

export interface TestRun {
  /** Absolute path of the test file. */
  readonly file: string;
  /** The names of the groups and of the test, joined by blanks; empty for a file that did not load. */
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly durationMs: number;
  readonly failure?: string;
}

/**
 * Every test of one vitest run. A file that failed without any of its tests failing (it did not load, or
 * what its tests share did not start) counts as one that failed.
 */
export const readReport = (json: unknown): readonly TestRun[] =>
  report.parse(json).testResults.flatMap(({ name: file, status, message, assertionResults }): TestRun[] => {
    const runs = assertionResults.map(
      (test): TestRun => ({
        file,
        name: test.fullName,
        outcome: test.status === 'passed' ? 'passed' : test.status === 'failed' ? 'failed' : 'skipped',
        durationMs: test.duration ?? 0,
        ...(test.failureMessages?.[0] === undefined ? {} : { failure: test.failureMessages[0] }),
      }),
    );
    const unexplained = status === 'failed' && !runs.some((run) => run.outcome === 'failed');
    return unexplained
      ? [...runs, { file, name: '', outcome: 'failed', durationMs: 0, failure: message ?? '' }]
      : runs;
  });

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const countOf = (runs: readonly TestRun[]): Counts => {
  const count = (outcome: TestRun['outcome']) => runs.filter((run) => run.outcome === outcome).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
};

export const formatCounts = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** The slowest tests, slowest first. */
export const slowest = (runs: readonly TestRun[], howMany: number): readonly TestRun[] =>
  [...runs].sort((a, b) => b.durationMs - a.durationMs).slice(0, howMany);
