import { describe, expect, it } from 'vitest';
import { cancelledIn, isCancelled } from './cancelled.ts';
import type { Entry } from './journal/entry.ts';
import { timedRequest } from './schedule.ts';
import { at, dueOf, scheduleOf } from './testing/samples.ts';

const entry = (ended: Entry['ended']): Entry => ({
  ...{ format: 1, schedule: 'weekly', due: at('01T01:00').toISOString(), type: 'full', repo: 1, attempt: 1 },
  absorbs: [{ schedule: 'nightly', due: at('01T00:30').toISOString() }],
  ...{ member: 'pg-0', agent: 'a', startedAt: at('01T01:00').toISOString() },
  beatAt: at('01T01:00').toISOString(),
  ...(ended === undefined ? {} : { ended }),
});
const cancelled = cancelledIn(
  entry({ at: at('01T01:05').toISOString(), outcome: 'aborted', reason: 'by me', cancelled: true }),
);
const now = at('01T02:00');

describe('what a person has stopped', () => {
  it('is the due time, and those of the smaller backups that were to be done along with it', () => {
    expect(isCancelled(dueOf('full', at('01T01:00'), { scheduleId: 'weekly' }), cancelled, [], now)).toBe(
      true,
    );
    expect(isCancelled(dueOf('incr', at('01T00:30'), { scheduleId: 'nightly' }), cancelled, [], now)).toBe(
      true,
    );
  });

  it('is neither the next due time, nor another repository', () => {
    expect(isCancelled(dueOf('full', at('08T01:00'), { scheduleId: 'weekly' }), cancelled, [], now)).toBe(
      false,
    );
    expect(
      isCancelled(dueOf('full', at('01T01:00'), { scheduleId: 'weekly', repo: 2 }), cancelled, [], now),
    ).toBe(false);
  });

  it('is nothing that was lost or failed', () => {
    const ended = { at: at('01T01:05').toISOString(), reason: 'this member is replica now' };
    expect(cancelledIn(entry({ ...ended, outcome: 'aborted' }))).toEqual([]);
    expect(cancelledIn(entry(undefined))).toEqual([]);
  });

  it('leaves a first full backup alone until the next due time of its repository, or until somebody asks', () => {
    const initial = dueOf('full', now, { scheduleId: 'initial' });
    const stopped = [{ scheduleId: 'initial', repo: 1, dueAt: at('01T00:00'), at: at('01T01:30') }];
    const nightly = scheduleOf({ cron: '0 1 * * *' });
    expect(isCancelled(initial, stopped, [nightly], now)).toBe(true);
    expect(isCancelled(initial, stopped, [nightly], at('02T01:00'))).toBe(false);
    expect(isCancelled(initial, stopped, [scheduleOf({ repos: [2] })], at('02T01:00'))).toBe(true);
    const request = {
      id: 'x',
      type: 'incr',
      repos: [1],
      at: at('01T01:45'),
      withinHours: 1,
      attempts: 1,
    } as const;
    expect(isCancelled(initial, stopped, [nightly, timedRequest(request)], now)).toBe(false);
  });
});
