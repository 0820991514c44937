import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { lookIntoWal } from './wal-directory.ts';

const quiet = new AbortController().signal;

const dataDirectory = async (names: readonly string[]) => {
  const directory = await temporaryDirectory();
  const status = join(directory.path, 'pg_wal/archive_status');
  await mkdir(status, { recursive: true });
  for (const [index, name] of names.entries()) {
    await writeFile(join(status, name), '');
    const at = new Date(Date.UTC(2026, 2, 1, 0, index));
    await utimes(join(status, name), at, at);
  }
  return directory;
};

describe('pg_wal', () => {
  it('tells what waits, and the file that the archiver takes next with its age', async () => {
    await using directory = await dataDirectory([
      '000000010000000000000003.done',
      '000000010000000000000005.ready',
      '000000010000000000000004.ready',
      '000000010000000000000004.00000028.backup.ready',
    ]);
    expect(await lookIntoWal(directory.path, quiet)).toEqual({
      readyFiles: 3,
      // By name a backup's history goes before the next segment, and before its own.
      oldestReady: {
        wal: '000000010000000000000004',
        since: new Date('2026-03-01T00:02:00Z'),
      },
      freeBytes: expect.any(Number),
    });
  });

  it('has the archiver take histories of timelines first, and says that nothing waits', async () => {
    await using promoted = await dataDirectory([
      '000000010000000000000004.partial.ready',
      '00000002.history.ready',
    ]);
    expect((await lookIntoWal(promoted.path, quiet)).oldestReady?.wal).toBe('00000002.history');
    await using empty = await dataDirectory(['00000002.history.done']);
    const word = await lookIntoWal(empty.path, quiet);
    expect(word.readyFiles).toBe(0);
    expect(word).not.toHaveProperty('oldestReady');
    expect(word.freeBytes).toBeGreaterThan(0);
  });

  it('that cannot be seen is no empty one', async () => {
    await expect(lookIntoWal('/nowhere', quiet)).rejects.toThrow(/ENOENT/);
  });
});
