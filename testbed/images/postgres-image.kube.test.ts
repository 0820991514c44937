import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type ServerProcess, startServerProcess } from '@howdah/testbed-stores/server-process';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { ourselves, runAs } from '@howdah/testing/run-as';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultMajor, postgresRecipe } from './recipes.ts';
import { type Container, runContainer, startContainer } from './testing/container.ts';
import { expectedLabels } from './testing/image-labels.ts';
import { type OpenImage, openImage } from './testing/open-image.ts';
import { type MemberPorts, patroniPasswords, patroniYaml } from './testing/patroni-config.ts';
import { makeVolumes } from './testing/volumes.ts';

const own = { uid: 10001, gid: 10001 };
/** As OpenShift gives it: a number that /etc/passwd does not know, in group 0. */
const arbitrary = { uid: 1000650000, gid: 0 };
const applied = '/var/lib/howdah/postgres';

const recipe = postgresRecipe(defaultMajor);
let image: OpenImage;
let etcd: ServerProcess;
let etcdData: string;
let ports: MemberPorts;
beforeAll(async () => {
  image = await openImage(recipe);
  etcdData = await mkdtemp(join(tmpdir(), 'howdah-etcd-'));
  ports = { postgres: await freePort(), patroni: await freePort(), etcd: await freePort() };
  const [client, peer] = [`http://127.0.0.1:${ports.etcd}`, `http://127.0.0.1:${await freePort()}`];
  etcd = await startServerProcess({
    file: 'etcd',
    args: [
      ...['--data-dir', etcdData, '--unsafe-no-fsync', '--initial-cluster', `default=${peer}`],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
    ],
    ready: async (signal) => (await fetch(`${client}/health`, { signal })).ok,
  });
}, 900_000);
afterAll(async () => {
  await etcd?.stop();
  await rm(etcdData, { recursive: true, force: true });
  await image?.[Symbol.asyncDispose]();
});

/** As an agent in the next container asks: over the shared socket, by its operating-system user alone. */
const askAs = (container: Container, role: string, sql: string): Promise<string> =>
  container.exec(
    ['psql', '-XAt', '-h', '/var/run/postgresql', '-p', String(ports.postgres), '-U', role].concat([
      '-d',
      'postgres',
      '-w',
      '-c',
      sql,
    ]),
  );

/** Each member is a cluster of its own: every key goes, by etcd's own gateway (a zero byte means all there are). */
const forgetCluster = async () => {
  const all = Buffer.from([0]).toString('base64');
  const answer = await fetch(`http://127.0.0.1:${ports.etcd}/v3/kv/deleterange`, {
    method: 'POST',
    body: JSON.stringify({ key: all, range_end: all }),
    signal: AbortSignal.timeout(10_000),
  });
  expect(answer.status).toBe(200);
};

describe('the postgres image', () => {
  it('names its user by number, so that the kubelet sees that it is not root', () => {
    expect(image.config.User).toBe('10001:10001');
  });

  it('says what it is', async () => {
    expect(image.config.Labels).toMatchObject({
      ...(await expectedLabels(recipe, /^PostgreSQL under Patroni/)),
      'dev.howdah.postgres': '17',
    });
  });

  it('starts Patroni without compiling any of it', async () => {
    const words = ['python3', '-v', '-c', 'import patroni.__main__, patroni.dcs.kubernetes'];
    const { output } = await runContainer(image, { ...own, args: words });
    const compiled = output.split('\n').filter((line) => /^# code object from .*\.py['"]?$/.test(line));
    expect(output).toMatch(/^# code object from .*patroni.*\.pyc/m);
    expect(compiled).toEqual([]);
  });

  it('has no program that makes its caller somebody else, and no private key', async () => {
    const find = (...words: string[]) =>
      runAs(ourselves(), 'find', [image.root, '-xdev', '-type', 'f', ...words]);
    expect((await find('-perm', '/6000')).stdout).toBe('');
    expect((await find('-path', '*/ssl/private/*')).stdout).toBe('');
  });

  it('lists what it is made of, Patroni and PostgreSQL with their versions', async () => {
    const sbom = JSON.parse(await readFile(image.sbom, 'utf8')) as { components: { purl: string }[] };
    const purls = sbom.components.map(({ purl }) => purl).join('\n');
    expect(purls).toMatch(/^pkg:pypi\/patroni@4\./m);
    expect(purls).toMatch(/^pkg:deb\/debian\/postgresql-17@17\./m);
    expect(purls).toMatch(/^pkg:deb\/debian\/postgresql-17-pgauditlogtofile@/m);
  });
});

describe('a member on a read-only root', () => {
  const good = {
    'postgresql.conf': 'work_mem = 7MB\n',
    'pg_hba.conf': 'host all all 127.0.0.1/32 scram-sha-256\n',
  };
  const wrong = { 'postgresql.conf': 'shared_buffers = 900TB\n', 'pg_hba.conf': 'host everybody\n' };

  it.each([
    { who: 'its own user', user: own, files: good, workMem: '7MB', said: 'made /var/lib/howdah/postgres/' },
    { who: 'a user without a passwd entry', user: arbitrary, files: good, workMem: '7MB', said: 'made ' },
    { who: 'wrong files', user: own, files: wrong, workMem: '4MB', said: 'so it starts without them' },
  ])('comes up as primary with $who', async ({ user, files, workMem, said }) => {
    await forgetCluster();
    await using volumes = await makeVolumes(user.gid, {
      '/etc/patroni/patroni.yaml': patroniYaml(ports),
      ...Object.fromEntries(
        Object.entries(files).map(([name, text]) => [`/etc/howdah/postgres/${name}`, text]),
      ),
    });
    await using container = await startContainer(image, {
      ...user,
      mounts: volumes.mounts,
      env: patroniPasswords,
    });
    const primary = await waitFor(
      'the primary',
      async (signal) => (await fetch(`http://127.0.0.1:${ports.patroni}/primary`, { signal })).ok,
      {
        deadlineMs: 90_000,
        alive: () => container.running,
        signal: AbortSignal.timeout(100_000),
        explain: async () => container.output().slice(-3_000),
      },
    );
    expect(primary).toBe(true);
    expect(container.output()).toContain(said);
    for (const role of ['howdah_monitor', 'howdah_backup', 'howdah_config'])
      expect(await askAs(container, role, 'SELECT current_user')).toBe(role);
    expect(await askAs(container, 'howdah_monitor', 'SHOW work_mem')).toBe(workMem);
    const extensions = await askAs(
      container,
      'howdah_monitor',
      'SELECT extname FROM pg_extension ORDER BY 1',
    );
    expect(extensions.split('\n')).toEqual(expect.arrayContaining(['pg_stat_statements', 'pgaudit']));
    await expect(askAs(container, 'postgres', 'SELECT 1')).rejects.toThrow(
      /no password supplied|no pg_hba.conf entry/,
    );
    await container.terminate();
    expect(await container.ended()).toBe(0);
  });
});

describe('before Patroni starts', () => {
  /** Prepares as always, and then only asks Patroni for its version. */
  const prepare = ['howdah-postgres-entrypoint', 'patroni', '--version', '/etc/patroni/patroni.yaml'];
  const config = () => ({ '/etc/patroni/patroni.yaml': patroniYaml(ports) });

  it('puts back what stood there when a trial was cut short', async () => {
    await using volumes = await makeVolumes(own.gid, config());
    const state = volumes.directory('/var/lib/howdah');
    await mkdir(join(state, 'postgres'));
    await mkdir(join(state, 'config-reload'));
    await writeFile(join(state, 'postgres/postgresql.conf'), 'shared_buffers = 900TB\n');
    await writeFile(join(state, 'postgres/pg_hba.conf'), 'as it was\n');
    await writeFile(join(state, 'postgres/pg_ident.conf'), '');
    const before = { format: 1, conf: "work_mem = '3MB'\n" };
    await writeFile(join(state, 'config-reload/before-trial.json'), JSON.stringify(before));
    await writeFile(join(state, 'config-reload/last-good.json'), '{}');
    await runAs(ourselves(), 'chown', ['-R', `${own.uid}:${own.gid}`, state]);
    const { code, output } = await runContainer(image, { ...own, args: prepare, mounts: volumes.mounts });
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('cut short') });
    expect(await readFile(join(state, 'postgres/postgresql.conf'), 'utf8')).toBe(before.conf);
    expect(await readFile(join(state, 'postgres/pg_hba.conf'), 'utf8')).toBe('as it was\n');
  });

  it('leaves applied files alone that are there, whatever is mounted', async () => {
    await using volumes = await makeVolumes(own.gid, {
      ...config(),
      '/etc/howdah/postgres/postgresql.conf': 'work_mem = 9MB\n',
    });
    const data = join(volumes.directory('/var/lib/postgresql/data'), 'pgdata');
    const state = join(volumes.directory('/var/lib/howdah'), 'postgres');
    await mkdir(data);
    await writeFile(join(data, 'PG_VERSION'), '17\n');
    await mkdir(state);
    for (const name of ['postgresql.conf', 'pg_hba.conf', 'pg_ident.conf'])
      await writeFile(join(state, name), '# in force\n');
    const { code } = await runContainer(image, { ...own, args: prepare, mounts: volumes.mounts });
    expect(code).toBe(0);
    expect(await readFile(join(state, 'postgresql.conf'), 'utf8')).toBe('# in force\n');
  });

  it('says what to do about a volume that it may not write', async () => {
    await using volumes = await makeVolumes(own.gid, config());
    await chown(volumes.directory('/var/lib/howdah'), 0, 0);
    await chmod(volumes.directory('/var/lib/howdah'), 0o755);
    const { code, output } = await runContainer(image, { ...own, args: prepare, mounts: volumes.mounts });
    expect(code).toBe(78);
    expect(output).toContain(`${applied}: Permission denied for uid 10001`);
    expect(output).toContain('fsGroup');
  });

  it('says what to do when Patroni has no configuration', async () => {
    await using volumes = await makeVolumes(own.gid);
    const { code, output } = await runContainer(image, { ...own, args: prepare, mounts: volumes.mounts });
    expect(code).toBe(78);
    expect(output).toContain('mount Patroni');
  });
});
