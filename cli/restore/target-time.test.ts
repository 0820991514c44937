import { describe, expect, it } from 'vitest';
import { formatTarget, parseTargetTime } from './target-time.ts';

describe('a point in time', () => {
  it.each([
    ['2026-03-01T09:30:00Z', '2026-03-01 09:30:00+00:00'],
    ['2026-03-01t09:30:00z', '2026-03-01 09:30:00+00:00'],
    ['2026-03-01 09:30:00+01:00', '2026-03-01 08:30:00+00:00'],
    ['2026-03-01 09:30:00 +0100', '2026-03-01 08:30:00+00:00'],
    ['2026-03-01T00:30:00-09:30', '2026-03-01 10:00:00+00:00'],
    ['2026-03-01 09:30:00+05', '2026-03-01 04:30:00+00:00'],
    ['2026-03-01 00:30:00+01', '2026-02-28 23:30:00+00:00'],
    ['2026-03-01 09:30 Europe/Berlin', '2026-03-01 08:30:00+00:00'],
    ['2026-07-01 09:30:00 Europe/Berlin', '2026-07-01 07:30:00+00:00'],
    ['2026-07-01 09:30:00 america/argentina/buenos_aires', '2026-07-01 12:30:00+00:00'],
    ['2026-03-01 09:30:00 UTC', '2026-03-01 09:30:00+00:00'],
    ['2026-03-01T09:30:00.123456Z', '2026-03-01 09:30:00.123456+00:00'],
    ['2026-03-01 09:30:00.5 Europe/Berlin', '2026-03-01 08:30:00.5+00:00'],
    [' 2028-02-29T12:00:00Z ', '2028-02-29 12:00:00+00:00'],
    // Both days on which Berlin changes its clocks, just outside the hour in question.
    ['2026-03-29 01:59:59 Europe/Berlin', '2026-03-29 00:59:59+00:00'],
    ['2026-03-29 03:00:00 Europe/Berlin', '2026-03-29 01:00:00+00:00'],
    ['2026-10-25 01:59:59 Europe/Berlin', '2026-10-24 23:59:59+00:00'],
    ['2026-10-25 03:00:00 Europe/Berlin', '2026-10-25 02:00:00+00:00'],
    // And inside it, by offset.
    ['2026-10-25T02:30:00+02:00', '2026-10-25 00:30:00+00:00'],
    ['2026-10-25T02:30:00+01:00', '2026-10-25 01:30:00+00:00'],
  ])('%s is %s', (text, utc) => expect(formatTarget(parseTargetTime(text))).toBe(utc));

  it.each([
    [
      '2026-10-25 02:30:00 Europe/Berlin',
      'shown twice',
      '2026-10-25T02:30:00+02:00',
      '2026-10-25T02:30:00+01:00',
    ],
    [
      '2026-03-29 02:30:00 Europe/Berlin',
      'never shown',
      '2026-03-29T01:30:00+01:00',
      '2026-03-29T03:30:00+02:00',
    ],
    [
      '2026-11-01 01:15:00 America/New_York',
      'shown twice',
      '2026-11-01T01:15:00-04:00',
      '2026-11-01T01:15:00-05:00',
    ],
  ])('%s is refused as %s, with both readings', (text, why, first, second) => {
    const refused = () => parseTargetTime(text);
    expect(refused).toThrow(expect.objectContaining({ code: 'HOWDAH_CLI_TARGET_TIME_UNCLEAR' }));
    for (const words of [why, first, second]) expect(refused).toThrow(words);
    // Each reading may be given back as it stands.
    for (const reading of [first, second]) expect(parseTargetTime(reading).fraction).toBe('');
  });

  it.each([
    ['2026-03-01 09:30:00', 'on whose clocks'],
    ['2026-03-01', 'no date with a time'],
    ['yesterday', 'no date with a time'],
    ['', 'no date with a time'],
    ['2026-02-29T09:30:00Z', 'no calendar'],
    ['2026-13-01T09:30:00Z', 'no calendar'],
    ['2026-03-01T24:00:00Z', 'no calendar'],
    ['2026-03-01T09:60:00Z', 'no calendar'],
    ['2026-03-01T09:30:60Z', 'no calendar'],
    ['2026-03-01T09:30:00+16:00', 'offset'],
    ['2026-03-01T09:30:00+01:75', 'offset'],
    ['2026-03-01T09:30:00.1234567Z', 'no date with a time'],
    ['2026-03-01 09:30:00 Europe/Atlantis', 'Europe/Atlantis'],
    // Each of these is several zones; Node takes BST for Dhaka.
    ['2026-03-01 09:30:00 EST', 'EST'],
    ['2026-03-01 09:30:00 BST', 'BST'],
  ])('%j is none: %s', (text, why) => {
    expect(() => parseTargetTime(text)).toThrow(expect.objectContaining({ code: 'HOWDAH_CLI_TARGET_TIME' }));
    expect(() => parseTargetTime(text)).toThrow(why);
  });
});
