import { dueTimes } from '@howdah/schedule/due-times';
import { expect, it } from 'vitest';
import { at } from '../testing/samples.ts';
import type { VerifyEntry } from './entry.ts';
import { verificationFamilies } from './families.ts';
import type { VerificationView } from './report.ts';

const schedule = { cron: '0 3 * * *', timeZone: 'UTC', repos: [1], times: dueTimes('0 3 * * *', 'UTC') };

const entry: VerifyEntry = {
  ...{ format: 1, schedule: 'verify', due: '2026-03-02T03:00:00.000Z', repo: 1, attempt: 1 },
  ...{
    member: 'pg-0',
    agent: 'a',
    startedAt: '2026-03-02T03:00:10.000Z',
    beatAt: '2026-03-02T03:00:10.000Z',
  },
  ended: { at: '2026-03-02T03:20:10.000Z', outcome: 'done', verdict: 'invalid', problems: ['a file'] },
};

/** Each series without its common beginning, with its value. */
const shown = (view: Partial<VerificationView>) => {
  const repositories = [{ repo: 1, entries: [], overdue: undefined, ...view }];
  const verification = { schedule, unavailable: undefined, repositories };
  const seen = { stanza: 'main', verification, now: at('02T05:00') };
  return Object.fromEntries(
    verificationFamilies.flatMap(({ name, samples }) =>
      samples(seen).map(([, value]) => [name.replace('howdah_backup_verify_', ''), value]),
    ),
  );
};

it('shows the last verdict, when it was and how long it took', () => {
  expect(shown({ entries: [entry], overdue: 'never' })).toEqual({
    last_timestamp_seconds: Date.parse('2026-03-02T03:20:10Z') / 1000,
    last_valid: 0,
    last_duration_seconds: 1_200,
    overdue_seconds: 0,
  });
});

it('keeps it over a try that came to none', () => {
  const stopped: VerifyEntry = {
    ...{ ...entry, due: '2026-03-03T03:00:00.000Z' },
    ended: { at: '2026-03-03T03:01:00.000Z', outcome: 'aborted', reason: 'a backup is due' },
  };
  expect(shown({ entries: [stopped, entry] })).toMatchObject({ last_valid: 0 });
});

it('shows nothing before the first, and how long one is overdue', () => {
  expect(shown({})).toEqual({});
  expect(shown({ overdue: at('02T03:00') })).toEqual({ overdue_seconds: 7_200 });
});
