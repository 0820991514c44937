import type { BackupType } from '@howdah/pgbackrest/info';
import { describe, expect, it } from 'vitest';
import { at, backupOf } from '../testing/samples.ts';
import { expectedBytes, judgeRoom } from './judge-room.ts';

const taken = (...sizes: readonly (readonly [BackupType, number])[]) =>
  sizes.map(([type, repositoryDeltaBytes], day) =>
    backupOf(type, at(`0${day + 1}T01:00`), { repositoryDeltaBytes }),
  );

describe('the expected size of a backup', () => {
  it('is the largest of the last three of its type', () => {
    const backups = taken(
      ['full', 900],
      ['full', 100],
      ['incr', 7],
      ['full', 120],
      ['full', 110],
      ['incr', 5],
    );
    expect(expectedBytes('full', backups)).toBe(120);
    expect(expectedBytes('incr', backups)).toBe(7);
  });

  it('is not known of a type that was never taken', () => {
    expect(expectedBytes('diff', taken(['full', 100]))).toBeUndefined();
  });
});

describe('a volume', () => {
  const question = { type: 'full', backups: taken(['full', 100]), unfinished: undefined } as const;

  it('has room for what just fits, and is short of a byte more', () => {
    expect(judgeRoom({ ...question, availableBytes: 100 })).toEqual({ kind: 'enough' });
    expect(judgeRoom({ ...question, availableBytes: 99 })).toEqual({ kind: 'short', expectedBytes: 100 });
  });

  it('is tried where nothing is known of the size', () => {
    expect(judgeRoom({ ...question, type: 'diff', availableBytes: 0 })).toMatchObject({ kind: 'unknown' });
  });

  it('is tried where half of a backup lies already, which would never be finished otherwise', () => {
    const unfinished = '20260302-010000F';
    expect(judgeRoom({ ...question, unfinished, availableBytes: 1 })).toMatchObject({ kind: 'unknown' });
    expect(judgeRoom({ ...question, unfinished, availableBytes: 100 })).toEqual({ kind: 'enough' });
  });
});
