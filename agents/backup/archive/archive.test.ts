import { describe, expect, it } from 'vitest';
import { at } from '../testing/samples.ts';
import { archivedUpTo, nameOf, segmentOf, timelineOf } from '../wal.ts';
import { type ArchiveLook, archivedTo, archiveState } from './archive.ts';

const now = at('02T00:00');
const word = {
  askedAt: now.getTime() / 1000,
  insertLsn: '0/5000100',
  timeline: 1,
  dataDirectory: '/data',
  currentLsn: '0/5000100',
  segmentBytes: 16 * 1024 * 1024,
  lastArchivedWal: '000000010000000000000003',
  lastArchivedAt: now.getTime() / 1000 - 90,
  lastFailedWal: null,
  lastFailedAt: null,
};
const mib = 1024 * 1024;
const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);

const look = (more: Partial<ArchiveLook['word']> = {}, beside: Partial<ArchiveLook> = {}) =>
  archiveState({
    word: { ...word, ...more },
    ...{ directory: undefined, samples: [], walMax: undefined, now },
    ...beside,
  });

describe('WAL at risk', () => {
  it('is what was written after the last archived segment, as old as that is', () => {
    expect(look()).toEqual({
      segmentBytes: 16 * mib,
      lastArchivedWal: '000000010000000000000003',
      lastArchivedAt: ago(90),
      atRiskBytes: 16 * mib + 0x100,
      atRiskSeconds: 90,
    });
  });

  it('counts a segment as archived when its backup history file is, which comes after it', () => {
    const lastArchivedWal = '000000010000000000000004.00000028.backup';
    expect(look({ lastArchivedWal }).atRiskBytes).toBe(0x100);
  });

  it('is nothing, and no seconds old, right after a segment was archived', () => {
    expect(look({ currentLsn: '0/4000000' })).toMatchObject({ atRiskBytes: 0, atRiskSeconds: 0 });
  });

  it('is known from the repository where the archiver has only sent a timeline’s history', () => {
    const lastArchivedWal = '00000002.history';
    expect(look({ lastArchivedWal }, { walMax: '000000010000000000000004' }).atRiskBytes).toBe(0x100);
    expect(look({ lastArchivedWal })).not.toHaveProperty('atRiskBytes');
  });

  it('is not nothing after a promotion, when the old timeline’s last segment was sent as partial', () => {
    const promoted = {
      currentLsn: '0/4000200',
      timeline: 2,
      lastArchivedWal: '000000010000000000000004.partial',
    };
    expect(look(promoted)).toMatchObject({ atRiskBytes: 0x200, atRiskSeconds: 90 });
  });

  it('is not what a member sent last when it was primary before', () => {
    const again = { ...word, timeline: 5, lastArchivedWal: '000000010000000000000001' };
    expect(archivedTo(again, '000000040000000000000004')).toBe(0x500_0000n);
    expect(archivedTo({ ...again, lastArchivedWal: '000000050000000000000003' }, undefined)).toBe(
      0x400_0000n,
    );
  });

  it('is not known, rather than 0, before anything was archived', () => {
    expect(look({ lastArchivedWal: null, lastArchivedAt: null })).toEqual({ segmentBytes: 16 * mib });
  });

  it('is as old as the last moment at which all was archived, however late the last segment left', () => {
    const samples = [
      { at: ago(7_200), lsn: 0x3ff_ff00n },
      { at: ago(7_185), lsn: 0x400_0100n },
      { at: ago(0), lsn: 0x500_0100n },
    ];
    expect(look({}, { samples }).atRiskSeconds).toBe(7_200);
  });
});

describe('an archiver that fails', () => {
  const failing = { lastFailedWal: '000000010000000000000004', lastFailedAt: now.getTime() / 1000 };
  const waits = (since: Date, readyFiles = 3) => ({
    directory: {
      ...{ readyFiles, freeBytes: 100 },
      oldestReady: { wal: '000000010000000000000004', since },
    },
  });

  it('is told with the last failure, the segment, and since when that has waited', () => {
    expect(look(failing, waits(ago(60)))).toMatchObject({
      lastFailedWal: '000000010000000000000004',
      lastFailedAt: now,
      failing: { wal: '000000010000000000000004', since: ago(60) },
      queue: { readyFiles: 3, oldestReady: { wal: '000000010000000000000004', since: ago(60) } },
    });
  });

  it('has not failed for longer than since it last sent something', () => {
    expect(look(failing, waits(ago(5_000))).failing?.since).toEqual(ago(90));
    expect(look(failing).failing?.since).toEqual(ago(90));
    const never = { ...failing, lastArchivedAt: null, lastArchivedWal: null };
    expect(look(never).failing).toEqual({ wal: failing.lastFailedWal });
  });

  it('has failed since before the history of a new timeline came, which goes first', () => {
    const oldestReady = { wal: '00000002.history', since: ago(5) };
    const directory = { readyFiles: 2, freeBytes: 100, oldestReady };
    expect(look(failing, { directory }).failing?.since).toEqual(ago(90));
  });

  it('does not fail any more once it sent something, or has nothing left to send', () => {
    expect(look({ ...failing, lastFailedAt: word.lastArchivedAt - 1 })).not.toHaveProperty('failing');
    const empty = { directory: { readyFiles: 0, freeBytes: 100 } };
    expect(look(failing, empty)).not.toHaveProperty('failing');
  });
});

describe('names of WAL segments', () => {
  it('tell timeline and end, also beyond 4 GiB and with other segment sizes', () => {
    expect(timelineOf('0000000A00000001000000FF')).toBe(10);
    expect(archivedUpTo('0000000100000001000000FF', 16 * mib)).toBe(0x2_0000_0000n);
    expect(archivedUpTo('000000010000000100000003', 1024 * mib)).toBe(0x2_0000_0000n);
    expect(archivedUpTo('000000010000000000000003.partial', 16 * mib)).toBe(0x300_0000n);
  });

  it('are numbered over the 4 GiB files, and named back', () => {
    for (const size of [mib, 16 * mib, 1024 * mib]) {
      const name = `0000000A00000001${size === mib ? '00000FFF' : '00000003'}`;
      const segment = segmentOf(name, size);
      expect(segment?.timeline).toBe(10);
      expect(segment === undefined ? undefined : nameOf(segment, size)).toBe(name);
    }
    expect(segmentOf('0000000100000001000000FF', 16 * mib)?.number).toBe(511);
  });

  it('are no other files', () => {
    expect(timelineOf('00000002.history')).toBeUndefined();
    expect(archivedUpTo('00000002.history', 16 * mib)).toBeUndefined();
  });
});
