import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { memoryOf } from '../testing/stanza-memory.ts';

const directories = new Map([
  [1, '/backups'],
  [3, '/others'],
]);
const fileIn = (stateDir: string) => join(stateDir, 'seen-stanzas.json');

describe('the memory of stanzas', () => {
  it('knows after a restart on which volumes the cluster’s stanza was', async () => {
    await using state = await temporaryDirectory();
    const before = memoryOf({ stateDir: state.path, directories });
    await before.note('7', [1]);
    expect(before.recall(['7'])).toEqual(new Set([1]));

    const after = memoryOf({ stateDir: state.path, directories });
    await after.note('7', []);
    expect(after.recall(['7'])).toEqual(new Set([1]));
    expect(JSON.parse(await readFile(fileIn(state.path), 'utf8'))).toEqual({
      format: 1,
      seen: [
        {
          ...{ directory: '/backups', stanza: 'main', systemIdentifier: '7' },
          firstSeenAt: '2026-03-01T00:00:00.000Z',
        },
      ],
    });
  });

  it('holds for that directory, that stanza and that cluster alone', async () => {
    await using state = await temporaryDirectory();
    const { path: stateDir } = state;
    await memoryOf({ stateDir, directories }).note('7', [1]);
    const now = async (more: { directories?: Map<number, string>; stanza?: string }, identifiers = ['7']) => {
      const memory = memoryOf({ stateDir, directories, ...more });
      await memory.note('7', []);
      return [...memory.recall(identifiers)];
    };
    expect(await now({ directories: new Map([[1, '/new']]) })).toEqual([]);
    expect(await now({ directories: new Map([[2, '/backups']]) })).toEqual([2]);
    expect(await now({ stanza: 'renamed' })).toEqual([]);
    expect(await now({}, ['8'])).toEqual([]);
    // After a major upgrade: the stanza that a person says it had before.
    expect(await now({}, ['8', '7'])).toEqual([1]);
  });

  it('keeps nothing of repositories that are no volumes, and writes nothing when nothing is new', async () => {
    await using state = await temporaryDirectory();
    const memory = memoryOf({ stateDir: state.path, directories });
    await memory.note('7', [2]);
    await expect(readFile(fileIn(state.path))).rejects.toMatchObject({ code: 'ENOENT' });
    await memory.note('7', [1, 2]);
    await chmod(fileIn(state.path), 0o400);
    await memory.note('7', [1, 2]);
    const again = memoryOf({ stateDir: state.path, directories });
    await again.note('7', [1]);
    // Whoever writes replaces the file, with mode 0600.
    expect((await stat(fileIn(state.path))).mode & 0o777).toBe(0o400);
  });

  it('that cannot be understood is begun anew, and one that cannot be written is tried again at the next look', async () => {
    await using state = await temporaryDirectory();
    await writeFile(fileIn(state.path), '{"format": 9}');
    const damaged = memoryOf({ stateDir: state.path, directories });
    await damaged.note('7', [3]);
    expect(damaged.recall(['7'])).toEqual(new Set([3]));
    expect(JSON.parse(await readFile(fileIn(state.path), 'utf8'))).toMatchObject({ format: 1 });

    const stateDir = join(state.path, 'not-yet');
    const unwritten = memoryOf({ stateDir, directories });
    await unwritten.note('7', [1]);
    expect(unwritten.recall(['7'])).toEqual(new Set([1]));
    await mkdir(stateDir);
    await unwritten.note('7', [1]);
    expect(JSON.parse(await readFile(fileIn(stateDir), 'utf8')).seen).toHaveLength(1);
  });
});
