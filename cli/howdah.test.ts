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
/** Of one night in March, whenever the tests run. */
let fixed: Answering;
let fixedReplica: Answering;
beforeAll(async () => {
  primary = await answering({
    '/status': () => statusOf('pg-0', 'primary', now()),
    '/cluster': () => cluster,
  });
  replica = await answering({ '/status': () => statusOf('pg-1', 'replica', now()) });
  fixed = await answering({ '/status': () => statusOf('pg-0', 'primary') });
  fixedReplica = await answering({ '/status': () => statusOf('pg-1', 'replica') });
  stranger = await answering({ '/status': () => ({ hello: 'world' }) });
});
afterAll(async () => {
  await Promise.all(
    [primary, replica, stranger, fixed, fixedReplica].map((server) => server[Symbol.asyncDispose]()),
  );
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
    const [, head, first, ...rest] = stdout.trimEnd().split('\n').slice(stdout.split('\n').indexOf(''));
    expect(head).toMatch(/^LABEL +TYPE +DONE \(UTC\) +SIZE +ADDED +NEEDS$/);
    expect(first).toMatch(/^20260301-010000F_\d{8}-\d{6}I +incr .* 3$/);
    expect(rest.at(-1)).toMatch(/^20260301-010000F +full .* 0$/);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('says of a backup that it is superseded, in the list, its own page and --json', async () => {
    const told = statusOf('pg-0', 'primary', new Date().toISOString());
    const { backup } = told.agents;
    const [repository] = backup?.detail?.repositories ?? [];
    if (backup?.detail === undefined || repository === undefined) throw new Error('the example has backups');
    const last = repository.backups.length - 1;
    const backups = repository.backups.map((one, at) => (at === last ? { ...one, superseded: true } : one));
    const detail = { ...backup.detail, repositories: [{ ...repository, backups }] };
    const paths = {
      '/status': () => ({ ...told, agents: { ...told.agents, backup: { ...backup, detail } } }),
    };
    await using agents = await answering(paths);
    const label = backups[last]?.label ?? '';
    const list = await runHowdah(['backup', 'list', '-u', agents.url]);
    expect(list.stdout.match(/^ {2}superseded$/gm)).toHaveLength(1);
    expect(list.stdout).toMatch(new RegExp(`^${label} .*\\n  superseded$`, 'm'));
    expect(list.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const json = await runHowdah(['backup', 'list', '-u', agents.url, '--json']);
    expect(JSON.parse(json.stdout).repositories[0].backups[last]).toMatchObject({ label, superseded: true });
    const show = await runHowdah(['backup', 'show', label, '-u', agents.url]);
    expect(show.stdout).toContain('Superseded');
    const status = await runHowdah(['status', '-u', agents.url]);
    expect(status.stdout).toContain(`Last backup   ${backups[last - 1]?.label}`);
  });

  test('lists when what failed is tried again', async () => {
    const told = statusOf('pg-0', 'primary', new Date().toISOString());
    const { backup } = told.agents;
    if (backup?.detail === undefined) throw new Error('the example has a backup agent');
    const due = {
      scheduleId: 'nightly-full',
      type: 'full',
      repo: 1,
      dueAt: '2026-03-01T01:00:00.000Z',
    } as const;
    const waiting = [{ ...due, failures: 2, nextTryAt: '2026-03-01T01:31:00.000Z' }];
    const detail = { ...backup.detail, waiting };
    const paths = {
      '/status': () => ({ ...told, agents: { ...told.agents, backup: { ...backup, detail } } }),
    };
    await using agents = await answering(paths);
    const { stdout } = await runHowdah(['backup', 'list', '-u', agents.url]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'Next try nightly-full (full) at 2026-03-01 01:31:00 UTC, after 2 failures',
    );
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const json = await runHowdah(['backup', 'list', '-u', agents.url, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ version: 1, waiting });
  });

  test('tells who tried what, and what came of it', async () => {
    const told = statusOf('pg-0', 'primary', new Date().toISOString());
    const { backup } = told.agents;
    if (backup?.detail === undefined) throw new Error('the example has a backup agent');
    const attempt = {
      ...({ scheduleId: 'nightly-full', dueAt: '2026-03-01T01:00:00.000Z', type: 'full', repo: 1 } as const),
      ...{ startedAt: '2026-03-01T01:00:01.000Z', endedAt: '2026-03-01T01:02:00.000Z' },
    };
    const runs = [
      { ...attempt, attempt: 2, member: 'pg-1', outcome: 'done', label: '20260301-010201F' } as const,
      {
        ...attempt,
        attempt: 1,
        member: 'pg-0',
        outcome: 'aborted',
        reason: 'this member is replica now',
      } as const,
    ];
    const detail = { ...backup.detail, journals: [{ repo: 1 }], runs };
    const paths = {
      '/status': () => ({ ...told, agents: { ...told.agents, backup: { ...backup, detail } } }),
    };
    await using agents = await answering(paths);
    const { code, stdout } = await runHowdah(['backup', 'runs', '-u', agents.url]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^DUE \(UTC\) +SCHEDULE +TYPE +REPO +TRY +MEMBER +OUTCOME\n/);
    expect(stdout).toMatch(/2026-03-01 01:00 +nightly-full +full +1 +2 +pg-1 +done\n/);
    expect(stdout).toContain('2026-03-01 01:00 nightly-full (1): this member is replica now\n');
    const without = await runHowdah(['backup', 'runs', '-u', primary.url]);
    expect(without.stdout).toContain('`repositories:` in backup.yaml');
    const json = await runHowdah(['backup', 'runs', '-u', agents.url, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ version: 1, journals: [{ repo: 1 }], runs });
  });

  test('tells what the last verifies found, and names what is damaged', async () => {
    const told = statusOf('pg-0', 'primary', new Date().toISOString());
    const { backup } = told.agents;
    if (backup?.detail === undefined) throw new Error('the example has a backup agent');
    const attempt = {
      dueAt: '2026-03-01T03:00:00.000Z',
      member: 'pg-1',
      startedAt: '2026-03-01T03:00:01.000Z',
    };
    const verification = {
      ...{ cron: '0 3 * * 0', timeZone: 'UTC', repos: [1, 2], nextDue: ['2026-03-08T03:00:00.000Z'] },
      repositories: [
        {
          repo: 1,
          last: {
            ...{ ...attempt, endedAt: '2026-03-01T03:20:01.000Z', verdict: 'invalid' as const },
            problems: ['20260301-010000F: invalid, 1 of 964 files'],
          },
        },
        {
          repo: 2,
          overdueSince: '2026-03-01T03:00:00.000Z',
          lastTry: {
            ...{ ...attempt, endedAt: '2026-03-01T03:30:00.000Z', outcome: 'aborted' as const },
            reason: 'a backup is due',
          },
        },
      ],
    };
    const detail = { ...backup.detail, verification };
    const paths = {
      '/status': () => ({ ...told, agents: { ...told.agents, backup: { ...backup, detail } } }),
    };
    await using agents = await answering(paths);
    const { code, stdout } = await runHowdah(['backup', 'verify', '-u', agents.url]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^REPO +VERDICT +VERIFIED \(UTC\) +TOOK +MEMBER\n/);
    expect(stdout).toMatch(/^1 +invalid +2026-03-01 03:20 +20 min +pg-1$/m);
    expect(stdout).toMatch(/^2 +not yet/m);
    expect(stdout).toContain('Repository 1 is damaged:\n  20260301-010000F: invalid, 1 of 964 files\n');
    expect(stdout).toContain('Repository 2, aborted at 2026-03-01 03:30 UTC: a backup is due\n');
    expect(stdout).toContain('Next due 2026-03-08 03:00 UTC.\n');
    const status = await runHowdah(['status', '-u', agents.url]);
    expect(status.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'Repository 1 is damaged: 20260301-010000F: invalid',
    );
    const json = await runHowdah(['backup', 'verify', '-u', agents.url, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ version: 1, ...verification });
    const without = await runHowdah(['backup', 'verify', '-u', primary.url]);
    expect(without.stdout).toContain('`verify:` in backup.yaml');
  });

  test('says first from when to when one can restore', async () => {
    const { stdout } = await runHowdah(['backup', 'list', '-u', primary.url]);
    expect(stdout).toMatch(
      /^Repository {2}1\nRestorable {2}after \S+ [\d:]{8}, up to \S+ [\d:]{8} UTC\n\nLABEL/,
    );
    const unled = await runHowdah(['backup', 'list', '-u', replica.url]);
    expect(unled.stdout).toMatch(/at least up to \S+ \S+ UTC\s+\(no primary tells/);
  });

  test('keeps what a repository last had while it cannot be read, and says so', async () => {
    const told = statusOf('pg-0', 'primary');
    const [repository] = told.agents.backup?.detail?.repositories ?? [];
    Object.assign(repository ?? {}, { reachable: false, message: 'timed out' });
    await using down = await answering({ '/status': () => told });
    const { stdout } = await runHowdah(['backup', 'list', '-u', down.url]);
    expect(stdout).toMatch(/^Repository {2}1, which cannot be read now.*\nTrouble {5}timed out\n/);
    expect(stdout).toMatch(/^20260301-010000F +full/m);
  });

  test('gives programs the range of each repository, and what depends on each backup', async () => {
    const { stdout } = await runHowdah(['backup', 'list', '--json', '-u', primary.url]);
    const [repository] = JSON.parse(stdout).repositories;
    expect(repository.restorable).toMatchObject({ archiveKnown: true });
    expect(Date.parse(repository.restorable.oldest)).toBeLessThan(Date.parse(repository.restorable.newest));
    expect(repository.backups[0]).toMatchObject({ label: '20260301-010000F', references: [] });
    expect(repository.backups[0].dependents).toHaveLength(10);
    expect(repository.backups.at(-1).dependents).toEqual([]);
  });

  test('shows everything of one backup, what it needs and what needs it, in 80 columns', async () => {
    const { stdout: list } = await runHowdah(['backup', 'list', '--json', '-u', fixed.url]);
    const backups = JSON.parse(list).repositories[0].backups;
    const label = backups[2].label;
    const { code, stdout } = await runHowdah(['backup', 'show', label, '-u', fixed.url]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Type         incr, on ${backups[1].label}`);
    expect(stdout).toMatch(/Taken +2026-03-02 .* UTC, 1 min 35 s/);
    expect(stdout).toContain('205 MiB to the repository');
    expect(stdout).toContain('LSN          2A/7000028 to 2A/7000138');
    expect(stdout).toContain('pgBackRest 2.55.1 of PostgreSQL 17');
    expect(stdout).toMatch(/Annotations +howdah-schedule: six-hourly\n +howdah-due: 2026/);
    expect(stdout).toMatch(
      new RegExp(`Needs +2 backups\\n +20260301-010000F\\n +${backups[1].label}\\nNeeded by +1 backup\\n`),
    );
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const json = await runHowdah(['backup', 'show', label, '--json', '-u', fixed.url]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      version: 1,
      backups: [
        { label, references: ['20260301-010000F', backups[1].label], dependents: [backups[3].label] },
      ],
    });
  });

  test('ends with 1 when there is no backup of that label', async () => {
    const { code, stderr } = await runHowdah(['backup', 'show', '20200101-000000F', '-u', primary.url]);
    expect(code).toBe(1);
    expect(stderr).toContain('HOWDAH_CLI_NO_SUCH_BACKUP');
  });

  test('says the next three due times of each schedule in UTC and on the clocks of its zone', async () => {
    const { code, stdout } = await runHowdah(['backup', 'schedule', '-u', primary.url]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/weekly-full +full +2026-03-08 01:00 +Sun 02:00 Europe\/Berlin/);
    for (const id of ['weekly-full', 'daily-diff', 'six-hourly'])
      expect(stdout.match(new RegExp(`^${id} `, 'gm'))).toHaveLength(3);
  });
});

describe('howdah restore plan', () => {
  const time = '2026-03-03 08:30:00 Europe/Berlin';

  test('says from what and how one would be at that time, in 80 columns', async () => {
    const { code, stdout, stderr } = await runHowdah(['restore', 'plan', '-u', fixed.url, '--time', time]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^To 2026-03-03 07:30:00\+00:00, stanza orders\. Nothing has been restored\./);
    expect(stdout).toMatch(/^Backup +20260301-010000F_20260303-\d{6}I \(incr\)$/m);
    expect(stdout).toMatch(/^Fetched +11\.2 GiB of the repository/m);
    expect(stdout).toMatch(/^WAL +at most 22 segments of 16\.0 MiB/m);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const [, command = ''] = /\n(pgbackrest .*? restore)\n/s.exec(stdout) ?? [];
    const json = await runHowdah(['restore', 'plan', '--json', '-u', fixed.url, '--time', time]);
    const said = JSON.parse(json.stdout);
    expect(command.replaceAll(' \\\n ', '')).toBe(said.commandLine);
    expect(said.commandLine).toMatch(
      /^pgbackrest --stanza=orders --repo=1 --set=\S+I --type=time --target='2026-03-03 07:30:00\+00:00' --target-action=promote --target-timeline=3 restore$/,
    );
  });

  test('keeps what is right already with --delta, and takes the repository that is asked for', async () => {
    const delta = await runHowdah(['restore', 'plan', '--delta', '-u', fixed.url, '--time', time]);
    expect(delta.stdout).toContain('--delta restore\n');
    const absent = await runHowdah(['restore', 'plan', '--repo', '7', '-u', fixed.url, '--time', time]);
    expect(absent).toMatchObject({ code: 1, stderr: expect.stringContaining('HOWDAH_CLI_NO_REPOSITORY') });
    const nonsense = await runHowdah(['restore', 'plan', '--repo', 'x', '-u', fixed.url, '--time', time]);
    expect(nonsense.stderr).toContain('numbered from 1');
  });

  test('says when nobody answers as primary', async () => {
    const { stdout } = await runHowdah(['restore', 'plan', '--json', '-u', fixedReplica.url, '--time', time]);
    expect(JSON.parse(stdout).notes.slice(0, 2)).toEqual([
      'No primary has answered: this is what pg-1 read from the repositories.',
      expect.stringContaining('Nobody tells how far the archive reaches'),
    ]);
  });

  test('ends with 1 and the way out where there is no such time', async () => {
    const { code, stderr } = await runHowdah(['restore', 'plan', '-u', fixed.url, '--time', '09:30']);
    expect(code).toBe(1);
    expect(stderr).toContain('HOWDAH_CLI_TARGET_TIME');
    expect(stderr).toContain('Europe/Berlin');
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
