import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addBatch, noCounts, totalSeverities } from './count.ts';

const batch = (file: string, log: number, error: number) => ({
  file,
  read: log + error,
  parsed: log + error,
  raw: 0,
  cut: 0,
  severities: { LOG: log, ERROR: error },
});

describe('the counts', () => {
  it('keep files apart and sum them up', () => {
    const counts = [batch('a', 1, 2), batch('b', 10, 0), batch('a', 1, 0)].reduce(
      (sum, one) => addBatch(sum, one, 8),
      noCounts,
    );
    expect(counts.files).toEqual([
      { file: 'b', severities: { LOG: 10 } },
      { file: 'a', severities: { LOG: 2, ERROR: 2 } },
    ]);
    expect(totalSeverities(counts)).toEqual({ LOG: 12, ERROR: 2 });
  });

  it('lose nothing, however few files are kept apart', () => {
    const batches = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(9), fc.nat(9)));
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 4 }), (all, maxFiles) => {
        const counts = all.reduce((sum, one) => addBatch(sum, batch(...one), maxFiles), noCounts);
        const total = totalSeverities(counts);
        expect(counts.files.length).toBeLessThanOrEqual(maxFiles);
        expect((total.LOG ?? 0) + (total.ERROR ?? 0)).toBe(counts.read);
        expect(total.LOG ?? 0).toBe(all.reduce((sum, [, log]) => sum + log, 0));
      }),
    );
  });
});
