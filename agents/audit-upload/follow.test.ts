import { describe, expect, it } from 'vitest';
import { type FoundFile, fingerprintBytes, follow, positionOf } from './follow.ts';

const file = (name: string, content: string, more: Partial<FoundFile> = {}): FoundFile => ({
  source: 'csvlog',
  name,
  inode: 1,
  sizeBytes: content.length,
  modifiedMs: 0,
  head: Buffer.from(content).subarray(0, fingerprintBytes),
  ...more,
});

const readings = (...args: Parameters<typeof follow>) =>
  follow(...args).readings.map(({ file: { name }, from }) => [name, from]);

describe('following the log', () => {
  it('reads a new file from its beginning, and an old one from where it was left', () => {
    const known = file('mon.csv', 'monday, long');
    expect(readings([known, file('tue.csv', 'tuesday', { inode: 2 })], [positionOf(known, 7)])).toEqual([
      ['mon.csv', 7],
      ['tue.csv', 0],
    ]);
  });

  it('reads nothing of a file that was read to its end', () => {
    const known = file('mon.csv', 'monday');
    expect(readings([known], [positionOf(known, 6)])).toEqual([]);
  });

  it('reads the oldest file first', () => {
    const found = [file('a.csv', 'new', { modifiedMs: 2 }), file('b.csv', 'old', { modifiedMs: 1 })];
    expect(readings(found, [])).toEqual([
      ['b.csv', 0],
      ['a.csv', 0],
    ]);
  });

  it('reads a weekday file that was rewritten from its beginning, even where it is longer than before', () => {
    const before = positionOf(file('mon.csv', 'last monday'), 11);
    expect(readings([file('mon.csv', 'this monday, longer')], [before])).toEqual([['mon.csv', 0]]);
  });

  it('goes on in a file that grew beyond its first short beginning', () => {
    const before = positionOf(file('mon.csv', 'mon'), 3);
    expect(readings([file('mon.csv', 'monday and more')], [before])).toEqual([['mon.csv', 3]]);
  });

  it('knows a file that was renamed, or moved to another inode with its volume', () => {
    const before = positionOf(file('mon.csv', 'monday!', { inode: 7 }), 4);
    expect(readings([file('mon.csv.1', 'monday!', { inode: 7 })], [before])).toEqual([['mon.csv.1', 4]]);
    expect(readings([file('mon.csv', 'monday!', { inode: 8 })], [before])).toEqual([['mon.csv', 4]]);
  });

  it('is not fooled by an inode that was used again', () => {
    const before = positionOf(file('mon.csv', 'monday', { inode: 7 }), 6);
    expect(readings([file('tue.csv', 'tuesday', { inode: 7 })], [before])).toEqual([['tue.csv', 0]]);
  });

  it('does not read a copy again', () => {
    const known = file('mon.csv', 'monday', { inode: 1 });
    const copy = file('mon-copy.csv', 'monday', { inode: 2 });
    expect(readings([copy, known], [positionOf(known, 6)])).toEqual([]);
  });

  it('reads what was copied away, and the truncated original anew (copytruncate)', () => {
    const before = positionOf(file('log.csv', 'monday, all', { inode: 1 }), 6);
    const found = [file('log.csv', 'tuesday', { inode: 1 }), file('log.csv.1', 'monday, all', { inode: 2 })];
    expect(readings(found, [before])).toEqual([
      ['log.csv', 0],
      ['log.csv.1', 6],
    ]);
  });

  it('goes on at the end of a file whose last writes were lost in a crash', () => {
    const long = file('mon.csv', 'monday, lost');
    const shorter = file('mon.csv', 'monday');
    const { readings: none, positions } = follow(
      [shorter],
      [{ ...positionOf(shorter, 0), offset: long.sizeBytes }],
    );
    expect(none).toEqual([]);
    expect(positions).toMatchObject([{ name: 'mon.csv', offset: 6 }]);
  });

  it('waits for an empty file to begin', () =>
    expect(follow([file('mon.csv', '')], [])).toEqual({ readings: [], positions: [] }));

  it('remembers files that are gone, so that a mount that hiccups doubles nothing', () => {
    const known = file('mon.csv', 'monday');
    const gone = follow([], [positionOf(known, 6)]).positions;
    expect(readings([known], gone)).toEqual([]);
  });

  it('remembers no more than 256 of them', () => {
    const many = Array.from({ length: 400 }, (_, n) => positionOf(file(`${n}.csv`, `day ${n}`), 1));
    expect(follow([], many).positions).toEqual(many.slice(-256));
  });
});
