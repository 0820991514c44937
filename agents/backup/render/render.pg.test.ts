import { chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readInfo } from '@howdah/pgbackrest/info';
import { s3Repository } from '@howdah/testbed-stores/s3-repository';
import { type S3Server, startS3Server } from '@howdah/testbed-stores/versitygw';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { databaseUser, identityOf } from '@howdah/testing/run-as';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startAgent } from '../testing/start-agent.ts';
import { renderedPaths } from './files.ts';

const within = (seconds: number) => ({ timeout: seconds * 1_000, interval: 100 });
const quiet = () => ({ signal: new AbortController().signal, timeoutMs: 30_000 });

/** A PostgreSQL whose archive_command knows nothing but the directory that the agent writes into. */
const useRendered = () => {
  let home = '';
  const test = useRepository(async () => {
    home = await mkdtemp('/tmp/howdah-rendered-');
    for (const name of ['', 'log', 'lock', 'secrets']) {
      const path = join(home, name);
      await mkdir(path, { recursive: true });
      const { uid, gid } = identityOf(databaseUser());
      if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
    }
    const archiver = `pgbackrest --config-path=${join(home, 'rendered')} --stanza=main`;
    return { repositories: 2, postgres: { settings: { archive_command: `${archiver} archive-push %p` } } };
  });
  afterAll(() => rm(home, { recursive: true, force: true }));
  const directory = () => join(home, 'rendered');
  return {
    test,
    directory,
    /** A file with a secret, and how to change it. */
    secret: async (name: string, text: string) => {
      const path = join(home, 'secrets', name);
      await writeFile(path, text, { mode: 0o600 });
      return path;
    },
    program: () => {
      const { configFile, includePath } = renderedPaths(directory());
      return { ...test().pgbackrest, configFile, configIncludePath: includePath };
    },
    /** The agent on this configuration, asked for a full backup. */
    start: (repositories: readonly object[], options: Readonly<Record<string, string>> = {}) =>
      startAgent(test(), {
        config: {
          pgbackrest: {
            ...{ binary: test().pgbackrest.binary, infoIntervalSeconds: 5, timeoutSeconds: 10 },
            render: {
              ...{ directory: directory(), dataDirectory: test().server.dataDirectory },
              options: {
                ...{ 'log-path': join(home, 'log'), 'lock-path': join(home, 'lock'), 'start-fast': 'y' },
                ...options,
              },
            },
          },
          repositories,
          requests: [{ id: 'first', type: 'full', at: new Date().toISOString(), attempts: 100 }],
          retry: { initialSeconds: 1, maxSeconds: 2 },
        },
      }),
    /** All that was written for everybody to read. */
    open: async () => {
      const logs = await readdir(join(home, 'log'));
      const files = [renderedPaths(directory()).configFile, ...logs.map((name) => join(home, 'log', name))];
      return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
    },
  };
};

describe('pgbackrest.conf as the agent writes it', () => {
  const { test, directory, secret, program, start, open } = useRendered();
  const passphrase = 'a = passphrase # of [this] test';

  it('serves archive_command, stanza-create and backup, into an encrypted repository and a plain one', async () => {
    const passphraseFile = await secret('passphrase', `${passphrase}\n`);
    const [first, second] = [1, 2].map((repo) => ({
      repo,
      volume: { directory: test().repositoryPath(repo) },
    }));
    await using agent = await start([
      { ...first, encryption: { passphraseFile }, retention: { full: 2 } },
      { ...second, retention: { full: 2 } },
    ]);
    await vi.waitFor(() => expect(agent.status().lastRun).toMatchObject({ outcome: 'done' }), within(100));
    const info = await readInfo(program(), quiet());
    expect(info.backups).toHaveLength(1);
    expect(info.repositories.map(({ cipher }) => cipher)).toEqual(['aes-256-cbc', 'none']);
    const [archiver] = await test().server.query<{ archived: number }>(
      'SELECT archived_count::int AS archived FROM pg_stat_archiver',
    );
    expect(archiver?.archived).toBeGreaterThan(0);
    expect(agent.status()).toMatchObject({ configPath: directory(), render: { warnings: [] } });
    expect(agent.status().render).not.toHaveProperty('problem');
    expect(`${await open()}${JSON.stringify(agent.status())}`).not.toContain(passphrase);
  }, 120_000);

  it('brings the secrets back without a database, as after a start of the node', async () => {
    const { includePath, secretsFile } = renderedPaths(directory());
    const before = await readFile(secretsFile, 'utf8');
    await rm(includePath, { recursive: true });
    await test().server.stop();
    await expect(readInfo(program(), quiet())).rejects.toMatchObject({
      code: 'HOWDAH_PGBACKREST_REPOSITORY',
    });
    const passphraseFile = await secret('passphrase', `${passphrase}\n`);
    const repository = { repo: 1, volume: { directory: test().repositoryPath(1) } };
    await using _ = await start([{ ...repository, encryption: { passphraseFile }, retention: { full: 2 } }]);
    await vi.waitFor(async () => expect(await readFile(secretsFile, 'utf8')).toBe(before), within(30));
    expect((await readInfo(program(), quiet())).backups).toHaveLength(1);
  });
});

describe('a repository in an S3 store', () => {
  let store: S3Server;
  let repository: Awaited<ReturnType<typeof s3Repository>>;
  beforeAll(async () => {
    store = await startS3Server();
    // pgBackRest finds no address in a certificate, only names.
    repository = await s3Repository({ ...store, endpoint: store.endpoint.replace('127.0.0.1', 'localhost') });
  }, 600_000);
  afterAll(async () => {
    await store?.stop();
    await repository?.[Symbol.asyncDispose]();
  });
  const { test, directory, secret, program, start, open } = useRendered();

  it('is reached as soon as its key is the right one, and keeps the key to itself', async () => {
    const s3 = {
      ...repository.repository.s3,
      accessKeyIdFile: await secret('id', store.accessKeyId),
      secretAccessKeyFile: await secret('key', 'the key before'),
    };
    await using agent = await start([{ repo: 1, path: '/orders', s3 }], { 'repo1-bundle': 'y' });
    await vi.waitFor(
      () => expect(agent.status().repositories[0]).toMatchObject({ reachable: false }),
      within(20),
    );
    await secret('key', store.secretAccessKey);
    await vi.waitFor(() => expect(agent.status().lastRun).toMatchObject({ outcome: 'done' }), within(100));
    expect((await readInfo(program(), quiet())).backups).toHaveLength(1);
    expect(`${await open()}${JSON.stringify(agent.status())}`).not.toContain(store.secretAccessKey);
  }, 150_000);

  it('is left as it is when pgBackRest refuses a value, which is told', async () => {
    const { configFile } = renderedPaths(directory());
    const before = await readFile(configFile, 'utf8');
    const repository = { repo: 1, volume: { directory: test().repositoryPath(1) } };
    await using agent = await start([repository], { 'process-max': 'many' });
    await vi.waitFor(
      () => expect(agent.status().render?.problem).toContain("'many' is not valid"),
      within(30),
    );
    expect(await readFile(configFile, 'utf8')).toBe(before);
  });
});
