import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cronProblem, dueTimes, upcoming } from './due-times.ts';

const next = (cron: string, zone: string, from: string, count: number) =>
  upcoming(dueTimes(cron, zone), new Date(from), count).map((due) => due.toISOString().slice(0, 16));
const previous = (cron: string, zone: string, at: string) =>
  dueTimes(cron, zone).previous(new Date(at))?.toISOString().slice(0, 16);

describe('the day clocks are set forward (Berlin, 29 March 2026, 02:00 becomes 03:00)', () => {
  it('runs what falls into the skipped hour at the first moment after it', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
  });

  it('runs once for everything the skipped hour would have had', () => {
    expect(next('*/20 2,3 * * *', 'Europe/Berlin', '2026-03-29T00:00Z', 3)).toEqual([
      '2026-03-29T01:00',
      '2026-03-29T01:20',
      '2026-03-29T01:40',
    ]);
  });

  it('knows that run from afterwards too', () => {
    expect(previous('30 2 * * *', 'Europe/Berlin', '2026-03-29T12:00Z')).toBe('2026-03-29T01:00');
    expect(previous('30 2 * * *', 'Europe/Berlin', '2026-03-29T01:00Z')).toBe('2026-03-29T01:00');
    expect(previous('30 2 * * *', 'Europe/Berlin', '2026-03-29T00:59Z')).toBe('2026-03-28T01:30');
  });
});

describe('the day clocks are set back (Berlin, 25 October 2026, 03:00 becomes 02:00)', () => {
  it('runs in the first of the repeated hours only', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    expect(next('*/30 * * * *', 'Europe/Berlin', '2026-10-25T00:00Z', 3)).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T02:00',
      '2026-10-25T02:30',
    ]);
  });

  it('sees the same from within and after the second hour', () => {
    for (const at of [
      '2026-10-25T00:30Z',
      '2026-10-25T01:00Z',
      '2026-10-25T01:10Z',
      '2026-10-25T01:45Z',
      '2026-10-25T12:00Z',
    ]) {
      expect(previous('30 2 * * *', 'Europe/Berlin', at), at).toBe('2026-10-25T00:30');
    }
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-10-25T01:10Z', 1)).toEqual(['2026-10-26T01:30']);
  });
});

describe('other zones', () => {
  it('knows a change of half an hour (Lord Howe)', () => {
    expect(next('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T12:00Z', 1)).toEqual(['2026-10-03T15:30']);
  });

  it('knows a change at midnight (Santiago, 6 September 2026)', () => {
    expect(next('0 0 * * *', 'America/Santiago', '2026-09-05T12:00Z', 2)).toEqual([
      '2026-09-06T04:00',
      '2026-09-07T03:00',
    ]);
  });
});

describe('what an expression means', () => {
  it('takes day-of-month or day-of-week where both are given', () => {
    expect(next('0 1 13 * 1', 'UTC', '2026-03-08T00:00Z', 3)).toEqual([
      '2026-03-09T01:00',
      '2026-03-13T01:00',
      '2026-03-16T01:00',
    ]);
  });

  it('finds a leap day years ahead and back', () => {
    expect(next('0 1 29 2 *', 'UTC', '2026-03-01T00:00Z', 1)).toEqual(['2028-02-29T01:00']);
    expect(previous('0 1 29 2 *', 'UTC', '2026-03-01T00:00Z')).toBe('2024-02-29T01:00');
  });

  it('a due time is at or before itself, and not after itself', () => {
    expect(previous('0 1 * * *', 'UTC', '2026-03-01T01:00Z')).toBe('2026-03-01T01:00');
    expect(next('0 1 * * *', 'UTC', '2026-03-01T01:00Z', 1)).toEqual(['2026-03-02T01:00']);
  });
});

describe('any schedule at any moment', () => {
  const minute = fc.integer({ min: 0, max: 59 });
  const hour = fc.integer({ min: 0, max: 23 });
  const cron = fc.oneof(
    fc.tuple(minute, hour).map(([m, h]) => `${m} ${h} * * *`),
    fc.tuple(minute, hour).map(([m, h]) => `${m} ${h} * * 0`),
    fc.constantFrom('*/15 * * * *', '0 */6 * * *', '*/7 1-3 * * *'),
  );
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'America/Santiago',
  );
  const moment = fc.date({ min: new Date('2025-01-01'), max: new Date('2028-01-01'), noInvalidDate: true });

  it('looks the same from before and from after', () => {
    fc.assert(
      fc.property(cron, zone, moment, (expression, timeZone, at) => {
        const times = dueTimes(expression, timeZone);
        const due = times.next(at) ?? at;
        expect(due.getTime()).toBeGreaterThan(at.getTime());
        expect(times.previous(due)).toEqual(due);
        const before = times.previous(at);
        expect(before === undefined ? undefined : times.next(before)).toEqual(due);
      }),
      { numRuns: 300 },
    );
  });
});

describe('cronProblem', () => {
  it.each([
    '0 1 * * *',
    '*/15 * * * *',
    '0 1 * * mon-fri',
    '0 1 L * *',
    '30 1 1,15 * 0',
    '@daily',
    '0 1 * mar THU',
  ])('accepts %s', (cron) => expect(cronProblem(cron)).toBeUndefined());

  it.each([
    '',
    '0 1 * *',
    '0 1 * * * *',
    '0 25 * * *',
    '0 1 31 2 *',
    'H 1 * * *',
    '@secondly',
    'nightly',
    '0 1 * * 8',
  ])('refuses %j and names the accepted form', (cron) => expect(cronProblem(cron)).toContain('five fields'));
});
