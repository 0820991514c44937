import { describe, expect, it } from 'vitest';
import { at, backupOf } from '../testing/samples.ts';
import { nameOf, startOf } from '../wal.ts';
import { type ArchiveListing, gapsOf, joined, rangesOf } from './gaps.ts';
import { parseHistory } from './history-file.ts';
import { restorableRanges } from './restorable.ts';

const segmentBytes = 16 * 1024 * 1024;
const wal = (timeline: number, number: number): string => nameOf({ timeline, number }, segmentBytes);

/** On one timeline unless told otherwise; `held` by timeline. */
const listingOf = (
  held: Readonly<Record<number, readonly number[]>>,
  upTo: ArchiveListing['upTo'],
  way: ArchiveListing['way'] = [{ timeline: 1, beginLsn: 0n }],
): ArchiveListing => ({
  ...{ listedAt: at('02T00:00'), databaseId: 1, segmentBytes, upTo, way },
  held: new Map(Object.entries(held).map(([timeline, numbers]) => [Number(timeline), rangesOf(numbers)])),
});

const taken = (hour: string, timeline: number, number: number, more = {}) =>
  backupOf('full', at(`01T${hour}:00`), {
    walStart: wal(timeline, number),
    walStop: wal(timeline, number),
    ...more,
  });
const upTo = (number: number) => ({ timeline: 1, number });

describe('gaps of the archive', () => {
  it('are none where every segment since the oldest backup is there', () => {
    expect(gapsOf(listingOf({ 1: [3, 4, 5, 6] }, upTo(6)), [taken('01', 1, 3)])).toEqual([]);
  });

  it('are what is missing after the oldest backup and before the end, whatever came before', () => {
    const listing = listingOf({ 1: [1, 4, 6, 9] }, upTo(10));
    expect(gapsOf(listing, [taken('01', 1, 4), taken('02', 1, 6)])).toEqual([
      { timeline: 1, first: 5, last: 5 },
      { timeline: 1, first: 7, last: 8 },
      { timeline: 1, first: 10, last: 10 },
    ]);
  });

  it('are not what lies beyond the end, and none without a backup', () => {
    expect(gapsOf(listingOf({ 1: [3, 4, 7] }, upTo(4)), [taken('01', 1, 3)])).toEqual([]);
    expect(gapsOf(listingOf({ 1: [3, 9] }, upTo(9)), [])).toEqual([]);
  });

  describe('over a promotion within segment 6', () => {
    const way = parseHistory('1\t0/6000100\tno recovery target specified\n', 2);

    it('are none when the new timeline has that segment, though the old one has it only in part', () => {
      const listing = listingOf({ 1: [3, 4, 5], 2: [6, 7] }, { timeline: 2, number: 7 }, way);
      expect(gapsOf(listing, [taken('01', 1, 3)])).toEqual([]);
    });

    it('are what the old primary had not sent when it died', () => {
      const listing = listingOf({ 1: [3], 2: [6, 7] }, { timeline: 2, number: 7 }, way);
      expect(gapsOf(listing, [taken('01', 1, 3)])).toEqual([{ timeline: 1, first: 4, last: 5 }]);
    });

    it('are not what the old primary wrote after it was left behind, nor a backup of then', () => {
      const listing = listingOf({ 1: [5, 8], 2: [6, 7] }, { timeline: 2, number: 7 }, way);
      const superseded = taken('02', 1, 2, { walStop: wal(1, 7), lsnStop: '0/7000100' });
      expect(gapsOf(listing, [superseded, taken('01', 1, 5, { lsnStop: '0/5000100' })])).toEqual([]);
    });
  });
});

describe('the way to a timeline', () => {
  it('is read from its history file, comments and reasons aside', () => {
    const text =
      '# of old\n1\t0/5000000\tno recovery target specified\n\n2\t1/A0\tbefore 2026-03-01 00:00:00+00\n';
    expect(parseHistory(text, 4)).toEqual([
      { timeline: 1, beginLsn: 0n },
      { timeline: 2, beginLsn: 0x500_0000n },
      { timeline: 4, beginLsn: 0x1_0000_00a0n },
    ]);
  });

  it('is only the timeline itself in a file that says nothing', () => {
    expect(parseHistory('garbage\n', 4)).toHaveLength(1);
  });
});

describe('to when one can restore', () => {
  const first = taken('01', 1, 3);
  const second = taken('02', 1, 6);
  const samples = [
    { at: at('01T01:30'), lsn: startOf(5, segmentBytes) - 10n },
    { at: at('01T02:30'), lsn: startOf(7, segmentBytes) - 10n },
    { at: at('01T02:45'), lsn: startOf(7, segmentBytes) + 4_000n },
  ];
  const archivedTo = startOf(7, segmentBytes);

  it('is from the oldest backup’s end to the newest moment of which all WAL is there', () => {
    const listing = listingOf({ 1: [3, 4, 5, 6] }, upTo(6));
    expect(restorableRanges({ backups: [first, second], listing, samples, archivedTo })).toEqual([
      { from: first.stoppedAt, to: at('01T02:30') },
    ]);
  });

  it('ends at the first gap after each backup, and begins again at the next', () => {
    const listing = listingOf({ 1: [3, 4, 6] }, upTo(6));
    expect(restorableRanges({ backups: [first, second], listing, samples, archivedTo })).toEqual([
      { from: first.stoppedAt, to: at('01T01:30') },
      { from: second.stoppedAt, to: at('01T02:30') },
    ]);
  });

  it('leaves out a backup whose own WAL is missing', () => {
    const listing = listingOf({ 1: [4, 5, 6] }, upTo(6));
    expect(restorableRanges({ backups: [first, second], listing, samples, archivedTo })).toEqual([
      { from: second.stoppedAt, to: at('01T02:30') },
    ]);
  });

  it('is the end of the newest backup where nobody knows when the WAL after it was written', () => {
    const listing = listingOf({ 1: [3, 4, 5, 6] }, upTo(6));
    const question = { backups: [first, second], listing, samples: [], archivedTo };
    expect(restorableRanges(question)).toEqual([{ from: first.stoppedAt, to: second.stoppedAt }]);
    expect(restorableRanges({ ...question, samples, archivedTo: undefined })).toEqual([
      { from: first.stoppedAt, to: second.stoppedAt },
    ]);
  });

  it('is the end of each backup alone while it is not known what the archive holds', () => {
    expect(restorableRanges({ backups: [first, second], listing: undefined, samples, archivedTo })).toEqual([
      { from: first.stoppedAt, to: first.stoppedAt },
      { from: second.stoppedAt, to: second.stoppedAt },
    ]);
  });
});

describe('ranges of segments', () => {
  it('are made of numbers in any order, and joined over directories', () => {
    expect(rangesOf([5, 3, 4, 9, 9])).toEqual([
      { first: 3, last: 5 },
      { first: 9, last: 9 },
    ]);
    expect(joined([{ first: 0, last: 255 }], [{ first: 256, last: 300 }])).toEqual([{ first: 0, last: 300 }]);
    expect(joined([{ first: 0, last: 254 }], [{ first: 256, last: 300 }])).toHaveLength(2);
    expect(joined([], [{ first: 1, last: 1 }])).toHaveLength(1);
  });
});
