import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMountedDirectory, writeMountedDirectory } from './mounted-directory.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mounted-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('a mounted directory', () => {
  it('shows each file as a link through ..data', async () => {
    await writeMountedDirectory(directory, { 'backup.yaml': 'stanza: demo\n' });
    expect(await readlink(join(directory, 'backup.yaml'))).toBe('..data/backup.yaml');
    expect(await readlink(join(directory, '..data'))).toMatch(/^\.\.\d{4}_\d\d_\d\d_/);
    expect(await readFile(join(directory, 'backup.yaml'), 'utf8')).toBe('stanza: demo\n');
  });

  it('keeps the links and swaps the folder when the content changes', async () => {
    await writeMountedDirectory(directory, { a: '1', b: '1' });
    const before = await readlink(join(directory, '..data'));
    await writeMountedDirectory(directory, { a: '2', c: '2' });
    expect(await readlink(join(directory, '..data'))).not.toBe(before);
    expect(await readMountedDirectory(directory)).toEqual({ a: '2', c: '2' });
    expect((await readdir(directory)).filter((name) => !name.startsWith('..')).sort()).toEqual(['a', 'c']);
  });

  it('leaves one folder behind, however often it is written', async () => {
    for (const content of ['1', '2', '3']) await writeMountedDirectory(directory, { a: content });
    expect(await readdir(directory)).toHaveLength(3);
  });
});
