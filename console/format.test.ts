import { expect, test } from 'vitest';
import { ago, inZone, until, utc } from './page/format.ts';

test.each([
  [0.4, 'just now'],
  [59, '59 s ago'],
  [119, '1 min ago'],
  [7_384, '2 h 3 min ago'],
  [200_000, '2 d 7 h ago'],
])('%d seconds are “%s”', (seconds, text) => {
  expect(ago(seconds)).toBe(text);
});

test('what is to come is counted down', () => {
  expect(until(61)).toBe('in 1 min');
  expect(until(-3)).toBe('now');
});

test('a moment of another day carries its date, whatever zone it was written in', () => {
  expect(utc('2026-03-04T01:30:00+02:00', '2026-03-04T03:00:00Z')).toBe('2026-03-03 23:30 UTC');
  expect(utc('2026-03-04T01:30:00Z', '2026-03-04T03:00:00Z')).toBe('01:30 UTC');
});

test('a zone that the browser does not know is named without a time', () => {
  expect(inZone('2026-03-08T01:00:00Z', 'Europe/Berlin')).toBe('Sun 02:00 Europe/Berlin');
  expect(inZone('2026-03-08T01:00:00Z', 'Mars/Olympus')).toBe('Mars/Olympus');
});
