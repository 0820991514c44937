import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { takeBackup } from './backup.ts';
import { readInfo } from './info.ts';
import { checkStanza, createStanza } from './stanza.ts';
import { readVersion, takesAnnotations } from './version.ts';

const options = () => ({ signal: new AbortController().signal, timeoutMs: 30_000 });

describe('pgBackRest beside a real PostgreSQL', () => {
  const repository = useRepository();

  it('knows its version', async () => {
    expect(takesAnnotations(await readVersion(repository().pgbackrest, options()))).toBe(true);
  });

  it('says that the stanza is missing, and that it is there once created', async () => {
    expect((await readInfo(repository().pgbackrest, options())).status.code).toBe(1);
    await expect(
      takeBackup(repository().pgbackrest, { ...options(), type: 'full', repo: 1 }),
    ).rejects.toMatchObject({ code: 'HOWDAH_PGBACKREST_STANZA_MISSING' });
    await createStanza(repository().pgbackrest, options());
    await createStanza(repository().pgbackrest, options());
    await checkStanza(repository().pgbackrest, options());
    expect((await readInfo(repository().pgbackrest, options())).status.code).toBe(2);
  });

  it('takes a backup as the agents’ role and shows it with its annotations', async () => {
    await takeBackup(repository().pgbackrest, {
      ...options(),
      type: 'incr',
      repo: 1,
      annotations: { 'howdah-schedule': 'nightly' },
    });
    const { backups } = await readInfo(repository().pgbackrest, { ...options(), repo: 1 });
    expect(backups).toHaveLength(1);
    // The first one is full whatever was asked for.
    expect(backups[0]).toMatchObject({
      type: 'full',
      repo: 1,
      annotations: { 'howdah-schedule': 'nightly' },
    });
  });

  it('refuses a second command beside a running one', async () => {
    const first = takeBackup(repository().pgbackrest, { ...options(), type: 'full', repo: 1 });
    while (!(await readInfo(repository().pgbackrest, options())).backupLock.held);
    const second = takeBackup(repository().pgbackrest, { ...options(), type: 'full', repo: 1 });
    await expect(second).rejects.toMatchObject({ code: 'HOWDAH_PGBACKREST_LOCKED' });
    await first;
  });

  it('stops at once when told to, leaving no lock and no backup', async () => {
    const before = (await readInfo(repository().pgbackrest, options())).backups.length;
    const stopping = new AbortController();
    const run = takeBackup(repository().pgbackrest, {
      type: 'full',
      repo: 1,
      signal: stopping.signal,
      timeoutMs: 30_000,
    });
    while (!(await readInfo(repository().pgbackrest, options())).backupLock.held);
    stopping.abort(new Error('role lost'));
    await expect(run).rejects.toThrow('role lost');
    const after = await readInfo(repository().pgbackrest, options());
    expect(after.backupLock.held).toBe(false);
    expect(after.backups).toHaveLength(before);
  });
});

it('names a store that does not answer before its deadline', async () => {
  await using directory = await temporaryDirectory();
  const configFile = join(directory.path, 'pgbackrest.conf');
  const store = {
    ...{ type: 's3', path: '/main', 's3-endpoint': '127.0.0.1', 'storage-port': '9', 's3-uri-style': 'path' },
    ...{ 's3-bucket': 'backups', 's3-region': 'us-east-1', 's3-key': 'key', 's3-key-secret': 'secret' },
  };
  const lines = Object.entries(store).map(([option, value]) => `repo1-${option}=${value}`);
  await writeFile(configFile, ['[global]', ...lines, '[main]', 'pg1-path=/nowhere', ''].join('\n'));
  const pgbackrest = { binary: 'pgbackrest', configFile, stanza: 'main' };
  const { repositories } = await readInfo(pgbackrest, { ...options(), timeoutMs: 15_000 });
  expect(repositories).toMatchObject([
    {
      repo: 1,
      status: { code: 99, message: expect.stringMatching(/unable to connect to '127\.0\.0\.1:9'/) },
    },
  ]);
}, 40_000);

it('says which option of its configuration is wrong', async () => {
  await using directory = await temporaryDirectory();
  const configFile = join(directory.path, 'pgbackrest.conf');
  await writeFile(configFile, '[global]\nbuffer-size=huge\n[main]\npg1-path=/nowhere\n');
  const pgbackrest = { binary: 'pgbackrest', configFile, stanza: 'main' };
  await expect(readInfo(pgbackrest, options())).rejects.toThrow(/buffer-size/);
});
