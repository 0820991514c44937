import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

const rule = { initialMs: 1_000, maxMs: 60_000 };

describe('the wait between tries', () => {
  it('doubles', () =>
    expect([1, 2, 3].map((attempt) => backoffMs(rule, attempt, 1))).toEqual([1_000, 2_000, 4_000]));
  it('stops growing at its cap, however many tries there were', () =>
    expect([7, 50, 5_000].map((attempt) => backoffMs(rule, attempt, 1))).toEqual([60_000, 60_000, 60_000]));
  it('is never less than half', () => expect(backoffMs(rule, 2, 0)).toBe(1_000));
});
