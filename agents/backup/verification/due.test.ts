import { dueTimes } from '@howdah/schedule/due-times';
import { describe, expect, it } from 'vitest';
import { at } from '../testing/samples.ts';
import { overdueSince, verifyDueAt } from './due.ts';
import type { VerifyEntry } from './entry.ts';

const nightly = dueTimes('0 3 * * *', 'UTC');
const weekly = dueTimes('0 3 * * 0', 'UTC');
const since = at('01T00:00');

const entryOf = (due: Date, more: Partial<VerifyEntry> = {}): VerifyEntry => ({
  ...{ format: 1, schedule: 'verify', due: due.toISOString(), repo: 1, attempt: 1 },
  ...{ member: 'pg-0', agent: 'a', startedAt: due.toISOString(), beatAt: due.toISOString() },
  ...more,
});
const done = (due: Date, more: Partial<VerifyEntry> = {}) =>
  entryOf(due, { ended: { at: due.toISOString(), outcome: 'done', verdict: 'invalid' }, ...more });
const stopped = (due: Date, attempt: number) =>
  entryOf(due, { attempt, ended: { at: due.toISOString(), outcome: 'aborted', reason: 'a backup is due' } });
const known = (...entries: readonly VerifyEntry[]) => ({ entries, forgetful: false });

describe('a verify is due', () => {
  it('from its due time on, whoever is primary then, until it has come to a verdict', () => {
    expect(verifyDueAt(nightly, known(), since, at('02T09:00'))).toEqual(at('02T03:00'));
    expect(verifyDueAt(nightly, known(stopped(at('02T03:00'), 1)), since, at('02T09:00'))).toBeDefined();
    expect(verifyDueAt(nightly, known(done(at('02T03:00'))), since, at('02T09:00'))).toBeUndefined();
    expect(verifyDueAt(nightly, known(done(at('02T03:00'))), since, at('03T03:00'))).toEqual(at('03T03:00'));
  });

  it('not where a person had it done since', () => {
    const asked = (when: Date) => known(done(when, { schedule: 'now' }));
    expect(verifyDueAt(nightly, asked(at('02T05:00')), since, at('02T09:00'))).toBeUndefined();
    expect(verifyDueAt(nightly, asked(at('02T01:00')), since, at('02T09:00'))).toBeDefined();
  });

  it('no more after three attempts, or a day', () => {
    const attempts = [1, 2, 3].map((attempt) => stopped(at('02T03:00'), attempt));
    expect(verifyDueAt(nightly, known(...attempts), since, at('02T09:00'))).toBeUndefined();
    expect(verifyDueAt(weekly, known(), since, at('02T02:59'))).toEqual(at('01T03:00'));
    expect(verifyDueAt(weekly, known(), since, at('02T03:01'))).toBeUndefined();
  });

  it('only when the time came while this agent was there, where nothing tells what was before', () => {
    const forgetful = { entries: [], forgetful: true };
    expect(verifyDueAt(nightly, forgetful, at('02T04:00'), at('02T09:00'))).toBeUndefined();
    expect(verifyDueAt(nightly, forgetful, at('02T02:00'), at('02T09:00'))).toEqual(at('02T03:00'));
  });
});

describe('a verify is overdue', () => {
  it('from the first due time that no verdict followed, over the next ones', () => {
    expect(overdueSince(nightly, known(done(at('02T03:00'))), since, at('03T02:00'))).toBeUndefined();
    expect(overdueSince(nightly, known(done(at('02T03:00'))), since, at('06T09:00'))).toEqual(at('03T03:00'));
  });

  it('by its attempts, where there never was a verdict', () => {
    const tried = known(stopped(at('03T03:00'), 2), stopped(at('02T03:00'), 1));
    expect(overdueSince(nightly, tried, at('05T00:00'), at('06T09:00'))).toEqual(at('02T03:00'));
  });

  it('not by what was due before anybody wrote the schedule', () => {
    // Sunday was four days ago.
    expect(overdueSince(weekly, known(), at('05T08:00'), at('05T09:00'))).toBeUndefined();
    expect(overdueSince(weekly, known(), at('05T08:00'), at('08T04:00'))).toEqual(at('08T03:00'));
  });
});
