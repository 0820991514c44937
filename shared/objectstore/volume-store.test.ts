import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultDeadlines } from './deadline.ts';
import { storeContract } from './store-contract.ts';
import { createVolumeStore } from './volume-store.ts';

storeContract('a directory', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'howdah-volume-'));
  return {
    canList: true,
    open: async (deadlines) => createVolumeStore({ directory }, deadlines),
    openMissingContainer: async () =>
      createVolumeStore({ directory: join(directory, 'not-mounted') }, defaultDeadlines),
    stop: () => rm(directory, { recursive: true, force: true }),
  };
});

const never = new AbortController().signal;

it('makes nothing where its volume is not mounted, and says so to whoever reads', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'howdah-volume-'));
  const store = createVolumeStore({ directory: join(directory, 'volume') }, defaultDeadlines);
  const away = { code: 'HOWDAH_STORE_CONTAINER_MISSING' };
  try {
    const bytes = Buffer.from('x');
    const sha256 = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';
    const options = { createOnly: true, sha256, contentType: 'text/plain' };
    await expect(store.put('a/b', { bytes }, options, never)).rejects.toMatchObject(away);
    await expect(store.get('a/b', never)).rejects.toMatchObject(away);
    await expect(store.list('a/', undefined, never)).rejects.toMatchObject(away);
    expect(await readdir(directory)).toEqual([]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

it('follows no key that climbs out of its directory', async () => {
  const store = createVolumeStore({ directory: tmpdir() }, defaultDeadlines);
  await expect(store.get('../etc/passwd', never)).rejects.toThrow('leads out of its directory');
});
