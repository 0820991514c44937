import { expect, test } from 'vitest';
import { restorableLines } from './restorable.ts';

const range = (from: string, to: string) => ({
  from: `2026-03-0${from}:00.000Z`,
  to: `2026-03-0${to}:00.000Z`,
});
const listed = { listedAt: '2026-03-04T03:00:00.000Z', gaps: 1, missingSegments: 2, ranges: [] };
const repositoryOf = (ranges: ReturnType<typeof range>[], archiveGaps?: typeof listed) => ({
  ...{ repo: 1, reachable: true, checkedAt: '2026-03-04T03:00:00.000Z', backups: [] },
  restorable: { oldest: ranges[0]?.from ?? '', latest: ranges.at(-1)?.to ?? '', ranges },
  ...(archiveGaps === undefined ? {} : { archiveGaps }),
});
const lines = (repository: ReturnType<typeof repositoryOf>) =>
  restorableLines({ version: 1, stanza: 'main', role: 'primary', schedules: [], repositories: [repository] });

const whole = range('1T01:00', '4T03:11');
const [before, after] = [range('1T01:00', '2T01:00'), range('3T01:00', '4T03:11')];

test('a repository says from when to when one can restore', () => {
  expect(lines(repositoryOf([whole], listed))).toEqual([
    'Restorable    2026-03-01 01:00 to 2026-03-04 03:11 UTC (repository 1)',
  ]);
});

test('it says that there are gaps between, and, where nobody looked, that it does not know', () => {
  expect(lines(repositoryOf([before, after], listed))[0]).toContain('03:11 UTC, not all between (rep');
  expect(lines(repositoryOf([before, after]))[0]).toContain('03:11 UTC, between not known (rep');
});
