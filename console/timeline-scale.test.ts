import { before, night, statusOf } from '@howdah/status/testdata/fleet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fittingRange, lanesOf, ranges, scaleOf, ticksOf } from './page/timeline-scale.ts';

const detail = () => {
  const found = statusOf('pg-0', 'primary').agents.backup?.detail;
  if (found === undefined) throw new Error('no backup agent');
  return found;
};

const withBackupsEvery = (seconds: number) => {
  const { repositories, ...rest } = detail();
  const backups = (repositories[0]?.backups ?? []).map((backup, index) => ({
    ...backup,
    stoppedAt: before(seconds * (index + 1)),
  }));
  return { ...rest, repositories: repositories.map((repository) => ({ ...repository, backups })) };
};

test.each([
  [60, '1h'],
  [1_800, '6h'],
  [3_600, '6h'],
  [4 * 3_600, '24h'],
  [86_400, '7d'],
  [90 * 86_400, '30d'],
] as const)('with a backup every %i s it shows the last %s', (seconds, range) => {
  expect(fittingRange(withBackupsEvery(seconds), night)).toBe(range);
});

test('without a backup it shows when the first is due', () => {
  const { repositories: _, ...rest } = detail();
  const nextDue = [before(-2 * 3_600)];
  const schedules = rest.schedules.slice(0, 1).map((schedule) => ({ ...schedule, nextDue }));
  expect(fittingRange({ ...rest, repositories: [], schedules }, night)).toBe('6h');
});

test('now stands where the past ends, and the future has three tenths of the width', () => {
  const scale = scaleOf('24h', night, 40, 1_000);
  expect(scale.x(night)).toBeCloseTo(740);
  expect(scale.x(before(86_400))).toBeCloseTo(40);
});

test('ticks stand at round moments, in order, and never closer than asked', () => {
  const widths = fc.integer({ min: 150, max: 2_000 });
  const ids = fc.constantFrom(...ranges.map(({ id }) => id));
  const moments = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(widths, ids, moments, (width, range, moment) => {
      const scale = scaleOf(range, moment.toISOString(), 0, width);
      const places = ticksOf(scale, width, 74).map(({ atMs }) => scale.x(atMs));
      const gaps = places.slice(1).map((place, index) => place - (places[index] ?? 0));
      expect(gaps.every((gap) => gap > 70)).toBe(true);
      expect(ticksOf(scale, width, 74).every(({ atMs }) => atMs % 600_000 === 0)).toBe(true);
    }),
  );
});

test('a lane stands for each type that exists or is scheduled, fullest first', () => {
  expect(lanesOf(detail())).toEqual(['full', 'diff', 'incr']);
  expect(lanesOf({ ...detail(), repositories: [], schedules: detail().schedules.slice(2) })).toEqual([
    'incr',
  ]);
});
