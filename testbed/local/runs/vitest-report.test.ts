import { describe, expect, it } from 'vitest';
import { countOf, formatCounts, readReport, slowest } from './vitest-report.ts';

const json = {
  testResults: [
    {
      name: '/clone/a.test.ts',
      status: 'failed',
      assertionResults: [
        { fullName: 'a adds', status: 'passed', duration: 3 },
        { fullName: 'a fails', status: 'failed', duration: 40, failureMessages: ['expected 1'] },
        { fullName: 'a waits for a server', status: 'skipped' },
        { fullName: 'a will', status: 'todo', duration: null },
      ],
    },
    {
      name: '/clone/c.e2e.test.ts',
      status: 'failed',
      message: 'the cluster did not start',
      assertionResults: [{ fullName: 'c fails over', status: 'skipped' }],
    },
    { name: '/clone/b.test.ts', status: 'failed', message: 'cannot find module', assertionResults: [] },
  ],
};

describe('the summary of a test run', () => {
  it('counts a file that did not load or start as failed, and what is to be done as skipped', () => {
    expect(formatCounts(countOf(readReport(json)))).toBe('1 passed, 3 failed, 3 skipped');
  });

  it('keeps why a test failed', () => {
    expect(
      readReport(json)
        .filter((run) => run.outcome === 'failed')
        .map((run) => run.failure),
    ).toEqual(['expected 1', 'the cluster did not start', 'cannot find module']);
  });

  it('names the slowest first', () => {
    expect(slowest(readReport(json), 2).map((run) => run.name)).toEqual(['a fails', 'a adds']);
  });
});
