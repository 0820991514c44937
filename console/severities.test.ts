import { expect, test } from 'vitest';
import { barLength, severitiesOf } from './page/severities.ts';

test('the gravest severity comes first, one that nobody knows last', () => {
  const counts = [
    { LOG: 9, ERROR: 1 },
    { PANIC: 1, DEBUG1: 2, ODD: 1 },
  ];
  expect(severitiesOf(counts)).toEqual(['PANIC', 'ERROR', 'LOG', 'DEBUG1', 'ODD']);
});

test('one ERROR beside a million LOG is still seen, and none is not', () => {
  expect(barLength(1, 1_000_000)).toBeGreaterThan(0.04);
  expect(barLength(0, 1_000_000)).toBe(0);
  expect(barLength(1_000_000, 1_000_000)).toBe(1);
});
