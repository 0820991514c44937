import type { BackupEntry } from '@howdah/status/backup';
import { describe, expect, it } from 'vitest';
import { leadsTo, targetTimeline } from './timeline.ts';

describe('the timeline that recovery follows', () => {
  it.each([
    ['00000003000000000000000A', 3, { timeline: 3, of: 'primary' }],
    // Somebody's copy archives to the same repository.
    ['00000005000000000000000A', 3, { timeline: 3, of: 'primary' }],
    // Just promoted: nothing of the new timeline is there yet.
    ['00000002000000000000000A', 3, { timeline: 2, of: 'archive' }],
    ['0000000B000000000000000A', undefined, { timeline: 11, of: 'archive' }],
    [undefined, 3, { timeline: 3, of: 'primary' }],
    [undefined, undefined, undefined],
  ])('with %s in the archive and a primary on %s is %j', (newestWal, primary, expected) => {
    expect(targetTimeline(newestWal, primary)).toEqual(expected);
  });
});

describe('whether a backup leads to timeline 4', () => {
  const history = [
    { timeline: 2, endLsn: '0/6000000' },
    { timeline: 3, endLsn: '1/0' },
  ];
  it.each([
    [4, '9/0', history, 'yes'],
    [4, '9/0', undefined, 'yes'],
    [3, '0/FFFFFFFF', history, 'yes'],
    [3, '1/0', history, 'yes'],
    [3, '1/1', history, 'no'],
    [2, '0/5000000', history, 'yes'],
    [2, '0/7000000', history, 'no'],
    // Patroni keeps only so many.
    [1, '0/1000000', history, 'unknown'],
    [5, '0/1000000', history, 'no'],
    [3, '0/1000000', undefined, 'unknown'],
    [3, '0/1000000', [], 'unknown'],
    [3, undefined, history, 'unknown'],
    // 3 was made and given up; 4 comes from 2.
    [3, '0/7000000', history.slice(0, 1), 'no'],
  ])('taken on %i up to %s, by %j: %s', (timeline, lsnStop, ended, expected) => {
    const backup = { timeline, ...(lsnStop === undefined ? {} : { lsnStop }) } as BackupEntry;
    expect(leadsTo(backup, 4, ended)).toBe(expected);
  });
});
