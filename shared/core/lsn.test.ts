import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLsn, lsnDistanceBytes, parseLsn } from './lsn.ts';

describe('a position in the write-ahead log', () => {
  it('reads what PostgreSQL writes', () => expect(parseLsn('16/B374D848')).toBe(0x16_b374_d848n));

  it('refuses what is no pg_lsn', () => {
    for (const text of ['', '16', '16/', '/1', 'G/1', '1/123456789', '-1/1'])
      expect(parseLsn(text)).toBeUndefined();
  });

  it('comes back the same from its text', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (lsn) => parseLsn(formatLsn(lsn)) === lsn),
    );
  });

  it('measures distance across the 4 GiB border', () =>
    expect(lsnDistanceBytes(parseLsn('0/FFFFFFF0') ?? 0n, parseLsn('1/10') ?? 0n)).toBe(32));
});
