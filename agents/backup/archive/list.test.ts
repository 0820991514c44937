import { describe, expect, it } from 'vitest';
import { mustHoldUpTo } from '../must-hold.ts';
import { at, backupOf } from '../testing/samples.ts';
import { nameOf } from '../wal.ts';
import { gapsOf } from './gaps.ts';
import { listHeld } from './list.ts';

const quiet = new AbortController().signal;
const segmentBytes = 16 * 1024 * 1024;
const wal = (timeline: number, number: number): string => nameOf({ timeline, number }, segmentBytes);
const stored = (timeline: number, number: number): string => `${wal(timeline, number)}-${'a'.repeat(40)}.gz`;

/** An archive of these files, which tells what it was asked. */
const archiveOf = (files: readonly string[], histories: Readonly<Record<string, string>> = {}) => {
  const asked: (string | undefined)[] = [];
  return {
    asked,
    names: async (_: unknown, directory: string | undefined) => {
      asked.push(directory);
      return directory === undefined
        ? [...new Set(files.map((name) => name.slice(0, 16))), ...Object.keys(histories)]
        : files.filter((name) => name.startsWith(directory));
    },
    history: async (_: unknown, file: string) => histories[file] ?? '',
  };
};

const backups = [backupOf('full', at('01T01:00'), { walStart: wal(1, 300), walStop: wal(1, 300) })];
const question = (timeline: number, number: number) => ({
  ...{ place: { repo: 1, archiveId: '15-1' }, databaseId: 1, segmentBytes, backups, now: at('02T00:00') },
  upTo: { timeline, number },
});

describe('looking through an archive', () => {
  it('asks for directories from the oldest backup’s to the end’s, and for no timeline left behind', async () => {
    const archive = archiveOf(
      [stored(1, 200), stored(1, 300), stored(1, 511), stored(2, 300), stored(3, 512), stored(3, 800)],
      // Timeline 2 was left behind: the third came of the first, in segment 400.
      { '00000003.history': '1\t1/90000000\tno recovery target specified\n' },
    );
    const listing = await listHeld(archive, question(3, 513), quiet);
    expect(archive.asked).toEqual([undefined, '0000000100000001', '0000000300000002']);
    expect([...listing.held]).toEqual([
      [
        1,
        [
          { first: 300, last: 300 },
          { first: 511, last: 511 },
        ],
      ],
      [3, [{ first: 512, last: 512 }]],
    ]);
  });

  it('counts no partial segment, backup history or file of another kind', async () => {
    const archive = archiveOf([
      stored(1, 300),
      `${wal(1, 301)}.partial-${'a'.repeat(40)}.gz`,
      `${wal(1, 302)}.00000028.backup`,
      `${wal(1, 303)}-short.gz`,
      `${wal(1, 304)}-${'b'.repeat(40)}`,
    ]);
    const listing = await listHeld(archive, question(1, 304), quiet);
    expect(gapsOf(listing, backups)).toEqual([{ timeline: 1, first: 301, last: 303 }]);
  });

  it('refuses more directories than it can list in its time', async () => {
    const files = Array.from({ length: 2_100 }, (_, file) => stored(1, file * 256 + 300));
    await expect(listHeld(archiveOf(files), question(1, 1_000_000), quiet)).rejects.toMatchObject({
      code: 'HOWDAH_BACKUP_ARCHIVE_TOO_LARGE',
    });
  });

  it('says so when a timeline’s history does not tell where it came from', async () => {
    await expect(listHeld(archiveOf([stored(2, 300)]), question(2, 300), quiet)).rejects.toMatchObject({
      code: 'HOWDAH_BACKUP_ARCHIVE_HISTORY',
    });
  });
});

describe('what must be in a repository', () => {
  const word = {
    ...{ askedAt: 0, currentLsn: '0/9000000', insertLsn: '0/9000028', timeline: 1, dataDirectory: '/data' },
    ...{
      segmentBytes,
      lastArchivedWal: wal(1, 5),
      lastArchivedAt: 0,
      lastFailedWal: null,
      lastFailedAt: null,
    },
  };
  const waiting = (name: string) => ({
    readyFiles: 1,
    freeBytes: 0,
    oldestReady: { wal: name, since: new Date(0) },
  });

  it('ends before what still waits, though something later is there already', () => {
    expect(mustHoldUpTo(word, waiting(wal(1, 7)), wal(1, 8))?.number).toBe(6);
    expect(mustHoldUpTo(word, waiting(wal(1, 7)), wal(1, 4))?.number).toBe(4);
  });

  it('is every whole segment when nothing waits, whatever the archiver sent last', () => {
    const nothing = { readyFiles: 0, freeBytes: 0 };
    const backupHistory = { ...word, lastArchivedWal: `${wal(1, 5)}.00000028.backup` };
    expect(mustHoldUpTo(backupHistory, nothing, wal(1, 8))?.number).toBe(8);
    expect(mustHoldUpTo(word, nothing, wal(1, 9))?.number).toBe(8);
  });

  it('is what the archiver sent last where pg_wal cannot be seen', () => {
    expect(mustHoldUpTo(word, undefined, wal(1, 8))?.number).toBe(5);
  });

  it('is what the repository has of the timeline before, until something of this one is there', () => {
    const promoted = { ...word, timeline: 2, lastArchivedWal: '00000002.history' };
    expect(mustHoldUpTo(promoted, waiting('00000002.history'), wal(1, 8))).toEqual({
      timeline: 1,
      number: 8,
    });
  });
});
