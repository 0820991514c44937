import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@howdah/core/clock';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { expect, it } from 'vitest';
import { createStorageWatch } from './storage-watch.ts';

const quiet = new AbortController().signal;
const watch = (configFile: string | undefined) =>
  createStorageWatch({ configFile, stanza: 'main', environment: () => ({}), clock: systemClock });

it('knows the room of a repository on a volume, and of no other', async () => {
  await using directory = await temporaryDirectory();
  const configFile = join(directory.path, 'pgbackrest.conf');
  await writeFile(
    configFile,
    `[global]\nrepo1-path=${directory.path}\nrepo1-retention-full=2\nrepo2-type=s3\nrepo3-path=/not/mounted\n`,
  );
  const [volume, store, missing] = await watch(configFile).look([1, 2, 3], quiet);
  expect(volume).toMatchObject({ repo: 1, retentionSet: true });
  expect(volume?.room?.sizeBytes).toBeGreaterThan(volume?.room?.availableBytes ?? 0);
  expect(volume?.room?.availableBytes).toBeGreaterThan(0);
  expect(store).toEqual({ repo: 2, retentionSet: false });
  expect(missing).toEqual({ repo: 3, retentionSet: false, path: '/not/mounted' });
});

it('sees a changed file, and knows nothing without one', async () => {
  await using directory = await temporaryDirectory();
  const configFile = join(directory.path, 'pgbackrest.conf');
  const storage = watch(configFile);
  expect(await storage.look([1], quiet)).toEqual([]);
  await writeFile(configFile, '[global]\nrepo1-type=s3\n');
  expect(await storage.look([1], quiet)).toEqual([{ repo: 1, retentionSet: false }]);
  await writeFile(configFile, '[global]\nrepo1-type=s3\nrepo1-retention-full=1\n');
  expect(await storage.look([1], quiet)).toEqual([{ repo: 1, retentionSet: true }]);
  expect(await watch(undefined).look([1], quiet)).toEqual([]);
});
