import { readFile, rm } from 'node:fs/promises';
import { readInfo } from '@howdah/pgbackrest/info';
import { describe, expect, it, vi } from 'vitest';
import { useRendered } from '../testing/rendered.ts';
import { renderedPaths } from './files.ts';

const within = (seconds: number) => ({ timeout: seconds * 1_000, interval: 100 });
const quiet = () => ({ signal: new AbortController().signal, timeoutMs: 30_000 });

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
