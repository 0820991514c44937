import { chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { archiveState } from '@howdah/backup/archive/archive';
import { statusOf as backupStatusOf } from '@howdah/backup/report';
import { viewsAfter } from '@howdah/backup/repository/views';
import { serverOn } from '@howdah/backup/testing/server-on';
import { takeBackup } from '@howdah/pgbackrest/backup';
import { readInfo } from '@howdah/pgbackrest/info';
import { createStanza } from '@howdah/pgbackrest/stanza';
import type { BackupStatus } from '@howdah/status/backup';
import { statusOf } from '@howdah/status/testdata/fleet';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { postgresBinaries } from '@howdah/testing/postgres-binaries';
import { databaseUser, identityOf, runAs } from '@howdah/testing/run-as';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { answering, runHowdah } from '../testing/run-howdah.ts';

const quiet = () => new AbortController().signal;
const test = useRepository();

const undo: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const one of undo.toReversed()) await one();
}, 60_000);

/** What the agent beside the primary would say of itself, from the real repository and the real archiver. */
const detail = async (): Promise<BackupStatus> => {
  const now = new Date();
  const { server, pgbackrest } = test();
  const info = await readInfo(pgbackrest, { signal: quiet(), timeoutMs: 30_000 });
  const word = await serverOn(server).archiver(quiet());
  return backupStatusOf({
    ...{ stanza: 'main', configFile: pgbackrest.configFile, history: [], now },
    role: { role: 'primary', source: 'patroni', timeline: 1 },
    ...{
      schedules: [],
      requests: [],
      expirations: [],
      dues: [],
      missing: [],
      journals: [],
      runs: [],
      repositoryArchives: [],
    },
    ...{ running: undefined, lastRun: undefined },
    repositories: viewsAfter([], { at: now, info }, [1]),
    archive: archiveState({ word, directory: undefined, samples: [], walMax: undefined, now }),
  });
};

const plan = async (time: string, ...options: readonly string[]) => {
  const status = statusOf('pg-0', 'primary', new Date().toISOString());
  const { backup } = status.agents;
  const told = { ...status, agents: { backup: { ...backup, detail: await detail() } } };
  await using agents = await answering({ '/status': () => told });
  const { code, stdout, stderr } = await runHowdah([
    'restore',
    'plan',
    '--time',
    time,
    '--url',
    agents.url,
    '--json',
    ...options,
  ]);
  return { code, stderr, said: code === 0 ? JSON.parse(stdout) : undefined };
};

/** Runs a plan's command as a shell does, into a directory of its own. */
const restore = async (commandLine: string, ...more: readonly string[]): Promise<string> => {
  const root = await mkdtemp('/tmp/howdah-restored-');
  undo.push(() => rm(root, { recursive: true, force: true }));
  const user = databaseUser();
  const { uid, gid } = identityOf(user);
  if (uid !== undefined && gid !== undefined) await chown(root, uid, gid);
  const directory = join(root, 'data');
  await runAs(user, 'mkdir', ['-m', '700', directory]);
  await runAs(user, 'sh', ['-c', `${commandLine} --pg1-path=${directory} ${more.join(' ')}`]);
  return directory;
};

/** Starts what was restored, waits until it takes writes, and says which rows it has. */
const rowsIn = async (
  directory: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> => {
  const control = (...args: readonly string[]) =>
    runAs(databaseUser(), join(postgresBinaries(), 'pg_ctl'), ['-D', directory, '-w', ...args]);
  const socketDir = join(directory, '..');
  const options = Object.entries({ unix_socket_directories: socketDir, port: '5433', ...settings })
    .map(([name, value]) => `-c '${name}=${value}'`)
    .join(' ');
  await control('-l', `${directory}.log`, '-o', options, 'start');
  undo.push(() => control('-m', 'immediate', 'stop').catch(() => undefined));
  const ask = async (sql: string): Promise<readonly string[]> => {
    const args = ['-XAt', '-h', socketDir, '-p', '5433', '-U', 'postgres', '-c', sql, 'postgres'];
    const { stdout } = await runAs(databaseUser(), join(postgresBinaries(), 'psql'), args);
    return stdout.split('\n').slice(0, -1);
  };
  await vi.waitFor(async () => expect(await ask('SELECT pg_is_in_recovery()')).toEqual(['f']), {
    timeout: 30_000,
    interval: 200,
  });
  // What it has written on its timeline goes to the archive, where it has one.
  await ask('SELECT pg_switch_wal()');
  return ask('SELECT word FROM said ORDER BY at');
};

describe('a plan for a point in time, carried out', () => {
  /** Moments between two rows, by the server's clock, in UTC to the microsecond. */
  const between: string[] = [];
  const say = async (word: string): Promise<void> => {
    const { server } = test();
    await server.query('INSERT INTO said VALUES ($1)', [word]);
    // pgBackRest counts in seconds, and takes a backup only for a target in a later one.
    await server.query('SELECT pg_sleep(1.1)');
    const [row] = await server.query<{ now: string }>(
      `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS now`,
    );
    between.push(row?.now ?? '');
  };
  const backUp = (type: 'full' | 'incr') =>
    takeBackup(test().pgbackrest, { type, repo: 1, signal: quiet(), timeoutMs: 60_000 });
  const archived = async (): Promise<void> => {
    const { server } = test();
    const [switched] = await server.query('SELECT pg_walfile_name(pg_switch_wal()) AS wal');
    await vi.waitFor(
      async () =>
        expect(await server.query('SELECT last_archived_wal AS wal FROM pg_stat_archiver')).toEqual([
          switched,
        ]),
      { timeout: 30_000 },
    );
  };

  beforeAll(async () => {
    const { server, pgbackrest } = test();
    await createStanza(pgbackrest, { signal: quiet(), timeoutMs: 30_000 });
    await server.query('CREATE TABLE said (word text, at timestamptz DEFAULT clock_timestamp())');
    await say('before any backup');
    await backUp('full');
    await say('one');
    await say('two');
    await backUp('incr');
    await say('three');
    await say('four');
    await archived();
  }, 120_000);

  it('brings back the rows up to that time and no other, from the backup before it', async () => {
    const { said } = await plan(between[1] ?? '');
    expect(said.chosen.backup.type).toBe('full');
    const directory = await restore(said.commandLine, '--archive-mode=off');
    expect(await rowsIn(directory)).toEqual(['before any backup', 'one']);
  });

  it('starts from the newest backup before it, and tells what is fetched', async () => {
    const { said } = await plan(between[3] ?? '', '--delta');
    expect(said.chosen).toMatchObject({
      backup: { type: 'incr' },
      timeline: { timeline: 1, of: 'primary' },
      fetched: { exact: true, wal: { segments: expect.any(Number), segmentBytes: 16_777_216 } },
    });
    expect(said.chosen.fetched.backupBytes).toBeGreaterThan(1024 * 1024);
    const directory = await restore(said.commandLine, '--archive-mode=off');
    expect(await rowsIn(directory)).toEqual(['before any backup', 'one', 'two', 'three']);
  });

  it('says rightly what PostgreSQL does when nothing was committed after the target', async () => {
    const { said } = await plan(between[4] ?? '');
    expect(said.notes.join()).toContain('recovery ended before configured recovery target was reached');
    const directory = await restore(said.commandLine, '--archive-mode=off');
    await expect(rowsIn(directory)).rejects.toThrow();
    expect(await readFile(`${directory}.log`, 'utf8')).toContain(
      'recovery ended before configured recovery target was reached',
    );
  });

  it('follows the primary’s timeline, although a restored copy has archived a newer one', async () => {
    const { said } = await plan(between[1] ?? '');
    const copy = await restore(said.commandLine);
    const push = `pgbackrest --config=${test().pgbackrest.configFile} --stanza=main --pg1-path=${copy} archive-push %p`;
    expect(await rowsIn(copy, { archive_command: push })).toEqual(['before any backup', 'one']);
    await vi.waitFor(
      async () => {
        const { archives } = await readInfo(test().pgbackrest, { signal: quiet(), timeoutMs: 30_000 });
        expect(archives[0]?.walMax).toMatch(/^00000002/);
      },
      { timeout: 30_000, interval: 500 },
    );
    const again = await plan(between[3] ?? '');
    expect(again.said.command).toContain('--target-timeline=1');
    const directory = await restore(again.said.commandLine, '--archive-mode=off');
    expect(await rowsIn(directory)).toEqual(['before any backup', 'one', 'two', 'three']);
  });

  it('refuses what is before the first backup, and what is not yet archived', async () => {
    expect((await plan(between[0] ?? '')).stderr).toContain('HOWDAH_CLI_TARGET_TOO_EARLY');
    await say('after the last WAL');
    expect((await plan(between.at(-1) ?? '')).stderr).toContain('HOWDAH_CLI_TARGET_TOO_LATE');
  });
});
