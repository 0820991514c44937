import { describe, expect, it } from 'vitest';
import { readWallTime } from './zone.ts';

const reading = (wall: string, timeZone: string) => {
  const read = readWallTime(Date.parse(`${wall}Z`), timeZone);
  const instants = read.shown === 'once' ? [read.instantMs] : [read.firstMs, read.secondMs];
  return [read.shown, ...instants.map((instant) => new Date(instant).toISOString().slice(0, 16))];
};

describe('a time on the clocks of a zone', () => {
  it.each([
    ['2026-03-01T09:30', 'Europe/Berlin', ['once', '2026-03-01T08:30']],
    ['2026-07-01T09:30', 'America/New_York', ['once', '2026-07-01T13:30']],
    // The first and the last minute of what is skipped, and those beside.
    ['2026-03-29T01:59', 'Europe/Berlin', ['once', '2026-03-29T00:59']],
    ['2026-03-29T02:00', 'Europe/Berlin', ['never', '2026-03-29T00:00', '2026-03-29T01:00']],
    ['2026-03-29T02:59', 'Europe/Berlin', ['never', '2026-03-29T00:59', '2026-03-29T01:59']],
    ['2026-03-29T03:00', 'Europe/Berlin', ['once', '2026-03-29T01:00']],
    ['2026-10-25T01:59', 'Europe/Berlin', ['once', '2026-10-24T23:59']],
    ['2026-10-25T02:00', 'Europe/Berlin', ['twice', '2026-10-25T00:00', '2026-10-25T01:00']],
    ['2026-10-25T02:59', 'Europe/Berlin', ['twice', '2026-10-25T00:59', '2026-10-25T01:59']],
    ['2026-10-25T03:00', 'Europe/Berlin', ['once', '2026-10-25T02:00']],
    // Half an hour, on the other half of the year.
    ['2026-04-05T01:45', 'Australia/Lord_Howe', ['twice', '2026-04-04T14:45', '2026-04-04T15:15']],
    ['2026-10-04T02:15', 'Australia/Lord_Howe', ['never', '2026-10-03T15:15', '2026-10-03T15:45']],
  ])('%s in %s is shown %j', (wall, timeZone, expected) => {
    expect(reading(wall, timeZone)).toEqual(expected);
  });
});
