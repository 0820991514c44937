import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@howdah/status/status';
import { statusOf } from '@howdah/status/testdata/fleet';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Answering, answering, runHowdah } from './testing/run-howdah.ts';

// Each test starts processes; two cores and their neighbours may be busy.
vi.setConfig({ testTimeout: 60_000 });

const now = () => new Date().toISOString();
const cluster = {
  scope: 'orders',
  members: [
    { name: 'pg-0', role: 'leader', state: 'running', host: '127.0.0.1', port: 5432, timeline: 3 },
    {
      name: 'pg-1',
      role: 'replica',
      state: 'streaming',
      host: '127.0.0.1',
      port: 5433,
      timeline: 3,
      lag: 4096,
    },
  ],
};

let primary: Answering;
let replica: Answering;
let stranger: Answering;
beforeAll(async () => {
  primary = await answering({
    '/status': () => statusOf('pg-0', 'primary', now()),
    '/cluster': () => cluster,
  });
  replica = await answering({ '/status': () => statusOf('pg-1', 'replica', now()) });
  stranger = await answering({ '/status': () => ({ hello: 'world' }) });
});
afterAll(async () => {
  await Promise.all([primary, replica, stranger].map((server) => server[Symbol.asyncDispose]()));
});

describe('howdah status', () => {
  test('says first whether all is well, and every line fits 80 columns', async () => {
    const { code, stdout, stderr } = await runHowdah(['status', '-u', primary.url, replica.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines.slice(0, 2).join(' ')).toMatch(
      /^All is well: pg-0 is primary, 1 replica follows, the last backup is .* old\./,
    );
    expect(stdout).toMatch(/pg-0 +primary +3/);
    expect(stdout).toMatch(/pg-1 +replica +3/);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  test('gives programs the judgement and each member’s own words', async () => {
    const { code, stdout } = await runHowdah(['status', '--json', '-u', primary.url]);
    const said = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(said).toMatchObject({ version: 1, verdict: 'well' });
    expect(status.safeParse(said.fleet.members[0].agents.answer).success).toBe(true);
  });

  test('tells which of several members does not answer, and shows the others', async () => {
    const { code, stdout } = await runHowdah(['status', '-u', primary.url, 'http://127.0.0.1:9']);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toContain('The agents of 127.0.0.1:9 do not answer.');
    expect(stdout).toContain('pg-0');
  });

  test('ends with 1 and a remedy when nobody answers', async () => {
    const { code, stdout, stderr } = await runHowdah(['status', '-u', 'http://127.0.0.1:9']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('HOWDAH_CLI_NOBODY_ANSWERS');
    expect(stderr).toContain('--url');
  });

  test('does not mistake another service for an agent', async () => {
    const { code, stderr } = await runHowdah(['status', '-u', stranger.url]);
    expect(code).toBe(1);
    expect(stderr).toContain('answers something else than a status');
  });

  test('finds the members by Patroni, with its roles and lag', async () => {
    const { code, stdout } = await runHowdah(['status', '-u', primary.url, '--fleet', primary.url, '--json']);
    expect(code).toBe(0);
    const { fleet } = JSON.parse(stdout);
    expect(fleet.cluster.answer.scope).toBe('orders');
    expect(fleet.members.map(({ name }: { name: string }) => name)).toEqual(['pg-0', 'pg-1']);
  });

  test('asks the members that HOWDAH_URL names, when no option does', async () => {
    const { code, stdout } = await runHowdah(['status'], { HOWDAH_URL: `${primary.url},${replica.url}` });
    expect(code).toBe(0);
    expect(stdout).toMatch(/pg-0 +primary[\s\S]*pg-1 +replica/);
  });

  test('writes no colour codes into a pipe', async () => {
    const { stdout } = await runHowdah(['status', '-u', primary.url], { FORCE_COLOR: '1' });
    expect(stdout).not.toContain('\u001b[');
  });
});

describe('howdah backup', () => {
  test('lists backups newest first, in 80 columns', async () => {
    const { code, stdout } = await runHowdah(['backup', 'list', '-u', primary.url]);
    expect(code).toBe(0);
    const [head, first, ...rest] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^LABEL +TYPE +REPO +DONE \(UTC\) +SIZE +TL$/);
    expect(first).toMatch(/^20260301-010000F_\d{8}-\d{6}I +incr +1 /);
    expect(rest.at(-1)).toMatch(/^20260301-010000F +full +1 /);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('says each due time in UTC and on the clocks of its zone', async () => {
    const { code, stdout } = await runHowdah(['backup', 'schedule', '-u', primary.url]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/weekly-full +full +2026-03-08 01:00 +Sun 02:00 Europe\/Berlin/);
  });
});

describe('howdah config check', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'howdah-cli-'));
    await mkdir(join(directory, 'empty'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('ends with 78 and names every problem of every file at once', async () => {
    await writeFile(join(directory, 'exporter.yaml'), 'nonsense: 1\n');
    await writeFile(join(directory, 'backup.yaml'), 'schedules: [{cron: never}]\n');
    await writeFile(join(directory, 'backups.yaml'), '');
    const { code, stdout, stderr } = await runHowdah(['config', 'check', directory]);
    expect({ code, stderr }).toEqual({ code: 78, stderr: '' });
    expect(stdout).toMatch(/^\d+ problems in /);
    for (const place of ['exporter.yaml  nonsense', 'backup.yaml  schedules.0.cron', 'backups.yaml'])
      expect(stdout).toContain(place);
    const json = await runHowdah(['config', 'check', '--json', directory]);
    expect(json.code).toBe(78);
    expect(JSON.parse(json.stdout)).toMatchObject({ version: 1, valid: false });
  });

  test('is content with a directory that turns no agent on, and says so', async () => {
    const { code, stdout } = await runHowdah(['config', 'check'], {
      HOWDAH_CONFIG_DIR: join(directory, 'empty'),
    });
    expect(code).toBe(0);
    expect(stdout).toContain('all five are off');
  });

  test('ends with 1 when there is no such directory', async () => {
    const { code, stderr } = await runHowdah(['config', 'check', join(directory, 'absent')]);
    expect(code).toBe(1);
    expect(stderr).toContain('HOWDAH_CONFIG_DIRECTORY_UNREADABLE');
  });
});

test('a reader that hangs up early is no failure', async () => {
  const main = join(import.meta.dirname, 'main.ts');
  const ended = spawnSync(
    'bash',
    ['-c', `set -o pipefail; "${process.execPath}" "${main}" --help | true; echo "\${PIPESTATUS[0]}"`],
    { encoding: 'utf8', timeout: 30_000 },
  );
  expect({ stdout: ended.stdout, stderr: ended.stderr }).toEqual({ stdout: '0\n', stderr: '' });
});

test('an unknown option ends with 1 and points to the help', async () => {
  const { code, stderr } = await runHowdah(['status', '--colour']);
  expect(code).toBe(1);
  expect(stderr).toContain('--help');
});
