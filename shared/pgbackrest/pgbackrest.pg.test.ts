import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { listArchive, readTimelineHistory } from './archive.ts';
import { takeBackup } from './backup.ts';
import { readInfo } from './info.ts';
import { stopOrphans } from './orphans.ts';
import { reachRepository } from './reach.ts';
import { checkStanza, createStanza } from './stanza.ts';
import { tryConfiguration } from './try-configuration.ts';
import { readVersion, takesAnnotations } from './version.ts';

const options = () => ({ signal: new AbortController().signal, timeoutMs: 30_000 });

describe('pgBackRest beside a real PostgreSQL', () => {
  const repository = useRepository();
  const archiveId = async (): Promise<string> => {
    const [archive] = (await readInfo(repository().pgbackrest, options())).archives;
    return `${archive?.postgresVersion}-${archive?.databaseId}`;
  };

  it('knows its version', async () => {
    expect(takesAnnotations(await readVersion(repository().pgbackrest, options()))).toBe(true);
  });

  it('says that the stanza is missing, and that it is there once created', async () => {
    expect((await readInfo(repository().pgbackrest, options())).status.code).toBe(1);
    await expect(
      takeBackup(repository().pgbackrest, { ...options(), type: 'full', repo: 1 }),
    ).rejects.toMatchObject({ code: 'HOWDAH_PGBACKREST_STANZA_MISSING' });
    await reachRepository(repository().pgbackrest, { ...options(), repo: 1 });
    await createStanza(repository().pgbackrest, options());
    await createStanza(repository().pgbackrest, options());
    await checkStanza(repository().pgbackrest, options());
    await reachRepository(repository().pgbackrest, { ...options(), repo: 1 });
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

  it('lists an archive by directory, and says when a timeline has no history there', async () => {
    const place = { ...options(), repo: 1, archiveId: await archiveId() };
    const directory = '0000000100000000';
    expect(await listArchive(repository().pgbackrest, place)).toEqual([directory]);
    const names = await listArchive(repository().pgbackrest, place, directory);
    expect(names.filter((name) => /^000000010000000000000001-[0-9a-f]{40}\.gz$/.test(name))).toHaveLength(1);
    expect(await listArchive(repository().pgbackrest, place, '0000000200000000')).toEqual([]);
    await expect(
      readTimelineHistory(repository().pgbackrest, place, '00000002.history'),
    ).rejects.toMatchObject({ code: 'HOWDAH_PGBACKREST_REPOSITORY' });
  });

  it('refuses a second command beside a running one', async () => {
    const first = takeBackup(repository().pgbackrest, { ...options(), type: 'full', repo: 1 });
    while (!(await readInfo(repository().pgbackrest, options())).backupLock.held);
    const second = takeBackup(repository().pgbackrest, { ...options(), type: 'full', repo: 1 });
    await expect(second).rejects.toMatchObject({ code: 'HOWDAH_PGBACKREST_LOCKED' });
    await first;
  });

  it('stops a backup whose agent was killed, and none that a person began', async () => {
    const { pgbackrest } = repository();
    const before = (await readInfo(pgbackrest, options())).backups.length;
    const begin = (member?: string) =>
      takeBackup(pgbackrest, {
        ...{ ...options(), type: 'full', repo: 1 },
        ...(member === undefined ? {} : { annotations: { 'howdah-member': member } }),
      });
    const stop = (of: Parameters<typeof stopOrphans>[0] = pgbackrest) =>
      stopOrphans(of, ['howdah-member', 'pg-0'], {
        ...options(),
        graceMs: 5_000,
        send: (pid, name) => void process.kill(pid, name),
      });
    for (const other of [undefined, 'pg-1']) {
      const running = begin(other);
      while (!(await readInfo(pgbackrest, options())).backupLock.held);
      expect(await stop()).toBe(0);
      await running;
    }
    const orphan = begin('pg-0');
    const ended = expect(orphan).rejects.toMatchObject({ code: 'HOWDAH_PGBACKREST_TERMINATED' });
    while (!(await readInfo(pgbackrest, options())).backupLock.held);
    // Of a cluster beside this one, with the same names.
    expect(await stop({ ...pgbackrest, configFile: `${pgbackrest.configFile}.other` })).toBe(0);
    expect(await stop()).toBe(1);
    await ended;
    const { backups, backupLock } = await readInfo(pgbackrest, options());
    expect(backups).toHaveLength(before + 2);
    expect(backupLock.held).toBe(false);
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
  const reached = reachRepository(pgbackrest, { ...options(), timeoutMs: 15_000, repo: 1 });
  await expect(reached).rejects.toThrow(/unable to connect to '127\.0\.0\.1:9'/);
}, 40_000);

it('says which option of its configuration is wrong', async () => {
  await using directory = await temporaryDirectory();
  const configFile = join(directory.path, 'pgbackrest.conf');
  await writeFile(configFile, '[global]\nbuffer-size=huge\n[main]\npg1-path=/nowhere\n');
  const pgbackrest = { binary: 'pgbackrest', configFile, stanza: 'main' };
  await expect(readInfo(pgbackrest, options())).rejects.toThrow(/buffer-size/);
});

describe('a configuration that pgBackRest is to try', () => {
  const tried = async (lines: string) => {
    await using directory = await temporaryDirectory();
    const configFile = join(directory.path, 'pgbackrest.conf');
    await writeFile(configFile, `[global]\n${lines}\n[main]\npg1-path=/none/such\n`);
    return await tryConfiguration({ binary: 'pgbackrest', configFile, stanza: 'main' }, options());
  };

  it('is judged without a store, a server or a stanza', async () => {
    expect(await tried('repo1-type=s3\nrepo1-s3-endpoint=none.such.invalid\nprocess-max=2')).toEqual([]);
  });

  it('is refused for a value that one command alone would read', async () => {
    await expect(tried('archive-push-queue-max=much')).rejects.toMatchObject({
      code: 'HOWDAH_PGBACKREST_CONFIGURATION',
      message: expect.stringContaining('archive-push-queue-max'),
    });
  });

  it('tells what would be passed over', async () => {
    expect(await tried('proces-max=2\ntype=full')).toEqual([
      "configuration file contains invalid option 'proces-max'",
      "configuration file contains command-line only option 'type'",
    ]);
  });
});
