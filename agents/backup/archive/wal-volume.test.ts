import { describe, expect, it } from 'vitest';
import { at } from '../testing/samples.ts';
import { newestBefore, type WalSample, withSample } from './wal-samples.ts';
import { secondsUntilFull } from './wal-volume.ts';

const now = at('02T12:00');
const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);
const mib = 1024 * 1024;

/** WAL at a rate, one sample in fifteen seconds; the archive stands still since `stoppedAgo`. */
const samplesAt = (
  bytesPerSecond: number,
  forSeconds: number,
  stoppedAgo = forSeconds,
  archivedPerSecond = 0,
) =>
  Array.from({ length: forSeconds / 15 + 1 }, (_, index): WalSample => {
    const passed = index * 15;
    const leaving = Math.min(passed, forSeconds - stoppedAgo);
    return {
      at: ago(forSeconds - passed),
      lsn: BigInt(passed * bytesPerSecond),
      archivedTo: BigInt(leaving * bytesPerSecond + Math.max(0, passed - leaving) * archivedPerSecond),
    };
  });

const directory = (waitsSeconds: number) => ({
  oldestReady: { wal: '000000010000000000000004', since: ago(waitsSeconds) },
  freeBytes: 3_600 * mib,
});

describe('the time until the WAL volume is full', () => {
  it('is the free room by the rate of WAL while nothing leaves', () => {
    expect(secondsUntilFull(directory(600), samplesAt(mib, 600), now)).toBeCloseTo(3_600);
  });

  it('does not count what left before the archive stopped', () => {
    expect(secondsUntilFull(directory(300), samplesAt(mib, 3_000, 300), now)).toBeCloseTo(3_600);
  });

  it('counts what still leaves from an archive that is too slow', () => {
    expect(secondsUntilFull(directory(600), samplesAt(mib, 600, 600, mib / 2), now)).toBeCloseTo(7_200);
  });

  it('goes by the last hour', () => {
    const idleBefore = samplesAt(mib, 7_200).map((sample) =>
      sample.at < ago(3_600) ? { ...sample, lsn: BigInt(3_600 * mib) } : sample,
    );
    expect(secondsUntilFull(directory(7_200), idleBefore, now)).toBeCloseTo(3_600);
  });

  it('is not told while nothing waits, or for no longer than a push takes', () => {
    expect(secondsUntilFull({ freeBytes: 1 }, samplesAt(mib, 600), now)).toBeUndefined();
    expect(secondsUntilFull(directory(20), samplesAt(mib, 600), now)).toBeUndefined();
  });

  it('is not told of two looks shortly after each other, nor while what waits grows less', () => {
    expect(secondsUntilFull(directory(600), samplesAt(mib, 15), now)).toBeUndefined();
    expect(secondsUntilFull(directory(600), samplesAt(mib, 600, 600, 2 * mib), now)).toBeUndefined();
    expect(secondsUntilFull(directory(600), samplesAt(0, 600), now)).toBeUndefined();
  });
});

describe('samples of where the WAL ended', () => {
  it('are few after a week, each no further from the next than two percent of its age', () => {
    const weekSeconds = 7 * 86_400;
    let samples: readonly WalSample[] = [];
    for (let age = weekSeconds; age >= 0; age -= 60)
      samples = withSample(samples, { at: ago(age), lsn: BigInt(weekSeconds - age) });
    expect(samples.length).toBeLessThan(1_200);
    expect(samples[0]?.lsn).toBe(0n);
    for (const [index, { at }] of samples.slice(0, -1).entries()) {
      const apart = ((samples[index + 1]?.at.getTime() ?? 0) - at.getTime()) / 1000;
      const age = (now.getTime() - at.getTime()) / 1000;
      expect(apart).toBeLessThanOrEqual(Math.max(60, age / 50));
    }
  });

  it('of times that come again, since the clock was set back, are none', () => {
    const samples = [ago(90), ago(60), ago(30)].map((moment, index) => ({ at: moment, lsn: BigInt(index) }));
    expect(withSample(samples, { at: ago(60), lsn: 3n }).map(({ lsn }) => lsn)).toEqual([0n, 1n, 3n]);
  });

  it('tell the newest moment before an archive’s end, the header of the next segment aside', () => {
    const samples = [0x2ff_0000n, 0x300_0028n, 0x300_0029n].map((lsn, index) => ({
      at: ago(90 - index),
      lsn,
    }));
    expect(newestBefore(samples, 0x300_0000n)?.at).toEqual(ago(89));
    expect(newestBefore(samples, 0x200_0000n)).toBeUndefined();
  });
});
