import { describe, expect, it } from 'vitest';
import { dueNow, type LastRun, nextDueMs } from './due.ts';

const items = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
const ids = (runs: Readonly<Record<string, LastRun>>, nowMs: number) =>
  dueNow(items, (id) => runs[id], nowMs).map(({ id }) => id);

describe('what is due', () => {
  it('is everything at first, in order', () => {
    expect(ids({}, 0)).toEqual(['a', 'b', 'c']);
  });

  it('is what waited longest first, so that a short budget starves nobody', () => {
    const runs = {
      a: { startedAtMs: 15_000, durationMs: 10 },
      b: { startedAtMs: 1_000, durationMs: 10 },
    };
    expect(ids(runs, 30_000)).toEqual(['c', 'b', 'a']);
  });

  it('is a slow collector only after twenty times its duration', () => {
    const slow = { startedAtMs: 1_000, durationMs: 2_000 };
    expect(nextDueMs(slow)).toBe(41_000);
    expect(ids({ b: slow }, 40_999)).toEqual(['a', 'c']);
    expect(ids({ b: slow }, 41_000)).toEqual(['a', 'c', 'b']);
  });

  it('is what has an interval of its own once that has passed', () => {
    const hourly = { startedAtMs: 1_000, durationMs: 10, everyMs: 3_600_000 };
    expect(nextDueMs(hourly)).toBe(3_601_000);
    expect(nextDueMs({ ...hourly, everyMs: 5 })).toBe(1_200);
  });
});
