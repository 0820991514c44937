import { expect, it } from 'vitest';
import { dueNow } from '../schedule.ts';
import { at, viewOf } from '../testing/samples.ts';
import { AskedNow } from './asked-now.ts';

const now = new Date('2026-03-01T09:30:00.700Z');

const duesAt = (asked: AskedNow, when: Date) =>
  dueNow({ schedules: asked.timed(), repositories: [viewOf([])], initialBackup: false, now: when });

it('is due at once, by an id of the second in which it was asked for', () => {
  const asked = new AskedNow();
  expect(asked.ask('full', 1, now)).toMatchObject({ id: 'now-20260301t093000z', at: at('01T09:30:00') });
  expect(duesAt(asked, now)).toMatchObject([{ scheduleId: 'request/now-20260301t093000z', type: 'full' }]);
});

it('gives two that are asked for in the same second an id each', () => {
  const asked = new AskedNow();
  const ids = [1, 2, 3].map(() => asked.ask('incr', 1, now)?.id);
  expect(ids).toEqual(['now-20260301t093000z', 'now-20260301t093001z', 'now-20260301t093002z']);
});

it('is due for an hour and told of for a day', () => {
  const asked = new AskedNow();
  asked.ask('full', 1, now);
  expect(duesAt(asked, at('01T10:29'))).toHaveLength(1);
  expect(duesAt(asked, at('01T10:31'))).toHaveLength(0);
  asked.ask('incr', 1, at('02T09:00'));
  expect(asked.requests).toHaveLength(2);
  asked.ask('incr', 1, at('02T09:31'));
  expect(asked.requests).toHaveLength(2);
});

it('is tried once, and a refusal is no try', () => {
  const asked = new AskedNow();
  const { id = '' } = asked.ask('full', 1, now) ?? {};
  const run = {
    ...({ scheduleId: `request/${id}`, type: 'full', repo: 1, dueAt: now.toISOString() } as const),
    ...{ startedAt: now.toISOString(), endedAt: now.toISOString() },
  } as const;
  asked.note({ ...run, outcome: 'refused', reason: 'pg-1 is at it' });
  expect(asked.timed()).toHaveLength(1);
  asked.note({ ...run, outcome: 'failed', reason: 'disk full' });
  expect(asked.timed()).toEqual([]);
  expect(asked.requests).toMatchObject([{ over: 'disk full' }]);
});

it('takes no more than a list in the configuration could hold', () => {
  const asked = new AskedNow();
  for (let n = 0; n < 100; n += 1) expect(asked.ask('incr', 1, now)).toBeDefined();
  expect(asked.ask('incr', 1, now)).toBeUndefined();
});
