import { appendFile, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { LogDirectory } from './look.ts';

const names = async (directory: LogDirectory, nowMs: number) =>
  (await directory.look(nowMs)).map(({ name, sizeBytes }) => `${name} ${sizeBytes}`);

describe('a look into the log directory', () => {
  it('shows csvlog files only, the one that grew last at the end', async () => {
    await using at = await temporaryDirectory();
    for (const [name, age] of [
      ['b.csv', 20],
      ['a.csv', 10],
      ['c.log', 0],
    ] as const) {
      await writeFile(join(at.path, name), 'x');
      await utimes(join(at.path, name), new Date(), new Date(Date.now() - age * 1_000));
    }
    await mkdir(join(at.path, 'directory.csv'));
    const directory = new LogDirectory(at.path);
    expect(await names(directory, 0)).toEqual(['b.csv 1', 'a.csv 1']);
    await writeFile(join(at.path, 'd.csv'), 'new');
    await rm(join(at.path, 'a.csv'));
    expect(await names(directory, 1)).toEqual(['b.csv 1', 'd.csv 3']);
  });

  it('sees the oldest of a hundred files grow within fifteen seconds, and the youngest at once', async () => {
    await using at = await temporaryDirectory();
    for (let n = 0; n < 100; n += 1) {
      const path = join(at.path, `${n}.csv`);
      await writeFile(path, 'x');
      await utimes(path, new Date(), new Date(Date.now() - (1_000 - n) * 1_000));
    }
    const directory = new LogDirectory(at.path);
    await directory.look(0);
    await appendFile(join(at.path, '0.csv'), 'old');
    await appendFile(join(at.path, '99.csv'), 'young');
    const soon = await names(directory, 1_000);
    expect(soon).toContain('0.csv 1');
    expect(soon).toContain('99.csv 6');
    expect(await names(directory, 15_000)).toContain('0.csv 4');
  });

  it('says which directory it cannot read, and what to check', async () => {
    await expect(new LogDirectory('/nowhere').look(0)).rejects.toMatchObject({
      code: 'HOWDAH_LOG_DIRECTORY_UNREADABLE',
      message: 'cannot look into /nowhere',
    });
  });
});
