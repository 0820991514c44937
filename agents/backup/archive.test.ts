import { describe, expect, it } from 'vitest';
import { archiveState } from './archive.ts';
import { at } from './testing/samples.ts';
import { archivedUpTo, timelineOf } from './wal.ts';

const now = at('02T00:00');
const word = {
  currentLsn: '0/5000100',
  segmentBytes: 16 * 1024 * 1024,
  lastArchivedWal: '000000010000000000000003',
  lastArchivedAt: now.getTime() / 1000 - 90,
  lastFailedWal: null,
  lastFailedAt: null,
};
const mib = 1024 * 1024;

describe('WAL at risk', () => {
  it('is what was written after the last archived segment, as old as that is', () => {
    expect(archiveState(word, undefined, now)).toEqual({
      lastArchivedWal: '000000010000000000000003',
      lastArchivedAt: new Date(now.getTime() - 90_000),
      atRiskBytes: 16 * mib + 0x100,
      atRiskSeconds: 90,
    });
  });

  it('counts a segment as archived when its backup history file is, which comes after it', () => {
    const lastArchivedWal = '000000010000000000000004.00000028.backup';
    expect(archiveState({ ...word, lastArchivedWal }, undefined, now).atRiskBytes).toBe(0x100);
  });

  it('is nothing, and no seconds old, right after a segment was archived', () => {
    const state = archiveState({ ...word, currentLsn: '0/4000000' }, undefined, now);
    expect(state).toMatchObject({ atRiskBytes: 0, atRiskSeconds: 0 });
  });

  it('is known from the repository where the archiver has only sent a timeline’s history', () => {
    const promoted = { ...word, lastArchivedWal: '00000002.history' };
    expect(archiveState(promoted, '000000010000000000000004', now).atRiskBytes).toBe(0x100);
    expect(archiveState(promoted, undefined, now)).not.toHaveProperty('atRiskBytes');
  });

  it('is not nothing after a promotion, when the old timeline’s last segment was sent as partial', () => {
    const promoted = {
      ...word,
      currentLsn: '0/4000200',
      lastArchivedWal: '000000010000000000000004.partial',
    };
    expect(archiveState(promoted, undefined, now)).toMatchObject({ atRiskBytes: 0x200, atRiskSeconds: 90 });
  });

  it('is not known, rather than 0, before anything was archived', () => {
    const state = archiveState({ ...word, lastArchivedWal: null, lastArchivedAt: null }, undefined, now);
    expect(state).toEqual({});
  });

  it('comes with the last failure', () => {
    const failing = {
      ...word,
      lastFailedWal: '000000010000000000000004',
      lastFailedAt: now.getTime() / 1000,
    };
    expect(archiveState(failing, undefined, now)).toMatchObject({
      lastFailedWal: '000000010000000000000004',
      lastFailedAt: now,
    });
  });
});

describe('names of WAL segments', () => {
  it('tell timeline and end, also beyond 4 GiB and with other segment sizes', () => {
    expect(timelineOf('0000000A00000001000000FF')).toBe(10);
    expect(archivedUpTo('0000000100000001000000FF', 16 * mib)).toBe(0x2_0000_0000n);
    expect(archivedUpTo('000000010000000100000003', 1024 * mib)).toBe(0x2_0000_0000n);
    expect(archivedUpTo('000000010000000000000003.partial', 16 * mib)).toBe(0x300_0000n);
  });

  it('are no other files', () => {
    expect(timelineOf('00000002.history')).toBeUndefined();
    expect(archivedUpTo('00000002.history', 16 * mib)).toBeUndefined();
  });
});
