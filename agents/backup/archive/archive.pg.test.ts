import { readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@howdah/core/clock';
import { StopRequest } from '@howdah/runtime/agent';
import { createLogger } from '@howdah/runtime/logger';
import { type BackupStatus, backupStatus } from '@howdah/status/backup';
import { soakMinutes } from '@howdah/testbed-tools/soak-minutes';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { postgresBinaries } from '@howdah/testing/postgres-binaries';
import { databaseUser, runAs } from '@howdah/testing/run-as';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agent } from '../agent.ts';
import type { BackupAgent } from '../backup-agent.ts';
import { schema } from '../config.ts';
import { createMetrics, type Metrics } from '../metrics.ts';

// Encrypted, since a timeline's history is then read through pgBackRest's own keys.
const test = useRepository({
  settings: { 'repo1-cipher-type': 'aes-256-cbc', 'repo1-cipher-pass': 'a passphrase of the test' },
});
const quiet = () => new AbortController().signal;
const segmentBytes = 16 * 1024 * 1024;

const registry = new Registry();
let metrics: Metrics;
let running: { readonly backup: BackupAgent; stop(): Promise<void> };

/** The whole agent on this server and repository. */
const startAgent = async () => {
  const { server, pgbackrest } = test();
  // It opens its control socket there.
  const directory = await temporaryDirectory();
  const config = schema.parse({
    stanza: pgbackrest.stanza,
    role: { source: 'postgres' },
    postgres: { host: server.socketDir, port: server.port },
    pgbackrest: { binary: pgbackrest.binary, configFile: pgbackrest.configFile, infoIntervalSeconds: 5 },
    archiveIntervalSeconds: 1,
    // Not due in any test; the repository gets its first full backup at once.
    schedules: [{ id: 'yearly', type: 'full', cron: '0 0 1 1 *', missed: { policy: 'skip' } }],
  });
  const backup = agent.create({
    ...{ config, metrics, clock: systemClock, member: 'pg-0', stateDir: directory.path },
    logger: createLogger('test', { level: 'silent' }),
    progress: { made: () => undefined },
    directories: {
      ...{ config: directory.path, postgresSource: directory.path, secrets: directory.path },
      ...{ state: directory.path, run: directory.path },
    },
  }) as BackupAgent;
  const stopping = new AbortController();
  const ended = backup.run(stopping.signal, stopping.signal);
  return {
    backup,
    stop: async () => {
      stopping.abort(new StopRequest('shutdown'));
      await ended;
      await directory[Symbol.asyncDispose]();
    },
  };
};

const status = (): BackupStatus => backupStatus.parse(running.backup.status());

const until = async (what: string, holds: (now: BackupStatus) => boolean, deadlineMs = 30_000) => {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const now = status();
    if (holds(now)) return now;
    if (Date.now() > deadline) throw new Error(`no ${what}: ${JSON.stringify(now, undefined, 1)}`);
    await systemClock.sleep(100, quiet());
  }
};

const series = async (name: string): Promise<number | undefined> => {
  const line = (await registry.metrics()).split('\n').find((one) => one.startsWith(`${name}{`));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
};

/** pg_wal itself, asked without any agent. */
const walDirectory = () => join(test().server.dataDirectory, 'pg_wal');
const readyFiles = async (): Promise<readonly string[]> =>
  (await readdir(join(walDirectory(), 'archive_status')))
    .filter((name) => name.endsWith('.ready'))
    .map((name) => name.replace(/\.ready$/, ''))
    .toSorted();

const archiver = async () => {
  const [row] = await test().server.query<{ failed: string | null; at: Date; atRisk: number }>(
    `SELECT last_failed_wal AS failed, clock_timestamp() AS at,
            (pg_current_wal_lsn() - '0/0'::pg_lsn)::float8 AS "atRisk" FROM pg_stat_archiver`,
  );
  if (row === undefined) throw new Error('pg_stat_archiver has one row');
  return { failed: row.failed, at: row.at, writtenBytes: row.atRisk };
};

/** @returns the command before */
const archiveCommand = async (command: string): Promise<string> => {
  const [before] = await test().server.query<{ archive_command: string }>('SHOW archive_command');
  await test().server.query(`ALTER SYSTEM SET archive_command = '${command}'`);
  await test().server.query('SELECT pg_reload_conf()');
  return before?.archive_command ?? '';
};

/** WAL at a steady rate, two MiB each time, until told to stop. */
const load = (pauseMs: number) => {
  const stop = new AbortController();
  const work = (async () => {
    while (!stop.signal.aborted) {
      await test().server.query(
        "SELECT pg_logical_emit_message(true, 'load', repeat('x', 1048576)) FROM generate_series(1, 2)",
      );
      await systemClock.sleep(pauseMs, stop.signal).catch(() => undefined);
    }
  })();
  return async () => {
    stop.abort();
    await work;
  };
};

/** Restores the newest backup to the end of the archive beside the server, and asks what came back. */
const restored = async (sql: string): Promise<string> => {
  const { pgbackrest } = test();
  const user = databaseUser();
  const { stdout } = await runAs(user, 'mktemp', ['-d', '/tmp/howdah-restored-XXXXXX']);
  const directory = stdout.trim();
  const pgCtl = (...args: readonly string[]) =>
    runAs(user, join(postgresBinaries(), 'pg_ctl'), ['-D', directory, '-w', ...args]);
  const options = `-c unix_socket_directories=${directory} -c port=5433 -c archive_mode=off`;
  const program = [`--config=${pgbackrest.configFile}`, `--stanza=${pgbackrest.stanza}`];
  try {
    await runAs(user, 'pgbackrest', [...program, `--pg1-path=${directory}`, 'restore']);
    await pgCtl('-l', join(directory, 'restored.log'), '-o', options, 'start');
    const login = ['-X', '-A', '-t', '-h', directory, '-p', '5433', '-U', 'postgres', '-d', 'postgres'];
    const psql = (text: string) => runAs(user, join(postgresBinaries(), 'psql'), [...login, '-c', text]);
    while ((await psql('SELECT pg_is_in_recovery()')).stdout.trim() === 't')
      await systemClock.sleep(100, quiet());
    return (await psql(sql)).stdout.trim();
  } finally {
    await pgCtl('-m', 'immediate', 'stop').catch(() => undefined);
    await rm(directory, { recursive: true, force: true });
  }
};

beforeAll(async () => {
  metrics = createMetrics(registry);
  running = await startAgent();
  await until('first backup', ({ repositories }) => repositories[0]?.backups.length === 1, 60_000);
}, 90_000);
afterAll(() => running.stop());

describe('the archive while all is well', () => {
  it('lacks nothing, and one can restore to a moment ago once a segment has left', async () => {
    const [backup] = status().repositories[0]?.backups ?? [];
    const stoppedAt = backup?.stoppedAt ?? '';
    await until('look through the archive', ({ repositories }) => repositories[0]?.archiveGaps !== undefined);
    await test().server.query("SELECT pg_logical_emit_message(true, 'x', 'x')");
    const before = new Date();
    await systemClock.sleep(1_500, quiet());
    await test().server.query('SELECT pg_switch_wal()');
    const now = await until(
      'later point to restore to',
      ({ repositories }) => (repositories[0]?.restorable?.latest ?? '') > before.toISOString(),
    );
    expect(now.repositories[0]).toMatchObject({
      archiveGaps: { gaps: 0, missingSegments: 0, ranges: [] },
      restorable: { oldest: stoppedAt, ranges: [{ from: stoppedAt }] },
    });
    expect(now.archive).toMatchObject({ queue: { readyFiles: expect.any(Number) } });
    expect(now.archive).not.toHaveProperty('failing');
    expect(await series('howdah_backup_archive_failing_seconds')).toBe(0);
    expect(await series('howdah_backup_archive_gaps')).toBe(0);
    expect(await series('howdah_backup_wal_volume_full_seconds')).toBeUndefined();
  });
});

describe('the latest point in time to which one can restore', () => {
  it('is one up to which every transaction comes back', async () => {
    await test().server.query('CREATE TABLE mark (at timestamptz NOT NULL)');
    const stop = new AbortController();
    const marking = (async () => {
      while (!stop.signal.aborted) await test().server.query('INSERT INTO mark VALUES (clock_timestamp())');
    })();
    const startedAt = Date.now();
    const latestOf = (now: BackupStatus) => now.repositories[0]?.restorable?.latest ?? '';
    await systemClock.sleep(2_500, quiet());
    await test().server.query('SELECT pg_switch_wal()');
    const now = await until('point among the marks', (one) => Date.parse(latestOf(one)) > startedAt + 1_000);
    stop.abort();
    await marking;
    // A mark is set a moment before its transaction ends.
    const marks = `SELECT count(*) FROM mark WHERE at < '${latestOf(now)}'::timestamptz - interval '0.2 s'`;
    const [all] = await test().server.query<{ count: string }>(marks);
    expect(Number(all?.count)).toBeGreaterThan(10);
    expect(await restored(marks)).toBe(all?.count);
  });
});

describe('the archive', () => {
  const minutes = soakMinutes(0.75);
  it(
    'B14: while archive_command fails, tells lag, queue and time until full as pg_wal has them, and recovers',
    async () => {
      // A soak writes no more WAL for its length than the disk has room for: about a GiB in an hour.
      const stopLoad = load(250 * Math.max(1, minutes / 2));
      const latestOf = (one: BackupStatus) => Date.parse(one.repositories[0]?.restorable?.latest ?? '');
      const loadedAt = Date.now();
      await systemClock.sleep(1_500, quiet());
      await test().server.query('SELECT pg_switch_wal()');
      await until('restorable point under load', (one) => latestOf(one) > loadedAt);
      const command = await archiveCommand('false');
      const brokenAt = Date.now();
      await test().server.query('SELECT pg_switch_wal()');
      const firstReady = await until('queue', ({ archive }) => archive?.failing !== undefined);
      const start = await archiver();
      await systemClock.sleep(minutes * 60_000, quiet());

      // What is asked before and after bounds what the agent saw between.
      const [before, filesBefore] = [await archiver(), await readyFiles()];
      await systemClock.sleep(2_500, quiet());
      const now = status();
      const [after, filesAfter] = [await archiver(), await readyFiles()];
      const oldest = await stat(join(walDirectory(), 'archive_status', `${filesAfter[0]}.ready`));

      const { queue, failing, walVolume, atRiskBytes, atRiskSeconds } = now.archive ?? {};
      expect(queue?.readyFiles).toBeGreaterThanOrEqual(filesBefore.length);
      expect(queue?.readyFiles).toBeLessThanOrEqual(filesAfter.length);
      expect(queue?.oldest).toEqual({ wal: filesAfter[0], since: oldest.mtime.toISOString() });
      expect(failing).toEqual({ wal: after.failed, since: oldest.mtime.toISOString() });
      expect(failing?.wal).toBe(firstReady.archive?.failing?.wal);
      expect(Date.parse(failing?.since ?? '')).toBeGreaterThan(brokenAt - 2_000);

      const firstMissing = Number.parseInt((filesAfter[0] ?? '').slice(16), 16) * segmentBytes;
      expect(atRiskBytes).toBeGreaterThanOrEqual(before.writtenBytes - firstMissing);
      expect(atRiskBytes).toBeLessThanOrEqual(after.writtenBytes - firstMissing);
      const failsFor = (Date.now() - brokenAt) / 1000;
      expect(atRiskSeconds).toBeGreaterThan(failsFor - 5);
      // What was asked an hour ago is remembered to a percent or two.
      expect(atRiskSeconds).toBeLessThan(failsFor * 1.02 + 20);

      const { bavail, bsize } = await statfs(walDirectory());
      const perSecond =
        (after.writtenBytes - start.writtenBytes) / ((after.at.getTime() - start.at.getTime()) / 1000);
      expect((walVolume?.freeBytes ?? 0) / (bavail * bsize)).toBeCloseTo(1, 1);
      const told = (walVolume?.secondsUntilFull ?? 0) / ((bavail * bsize) / perSecond);
      expect(told).toBeGreaterThan(0.75);
      expect(told).toBeLessThan(1.25);

      expect(latestOf(now)).toBeLessThan(brokenAt + 1_000);
      expect(latestOf(now)).toBeGreaterThan(loadedAt - failsFor * 1_000 * 0.02);
      expect(await series('howdah_backup_archive_ready_files')).toBeGreaterThanOrEqual(filesBefore.length);
      expect(await series('howdah_backup_archive_failing_seconds')).toBeGreaterThan(minutes * 60 - 5);
      expect(await series('howdah_backup_wal_volume_full_seconds')).toBeGreaterThan(0);

      await archiveCommand(command);
      await stopLoad();
      const mendedAt = new Date();
      // A point in time is known when the primary was asked then, and the segment has left since.
      await systemClock.sleep(1_500, quiet());
      await test().server.query('SELECT pg_switch_wal()');
      const mended = await until(
        'empty queue and later point to restore to',
        ({ archive, repositories }) =>
          archive?.queue?.readyFiles === 0 &&
          (repositories[0]?.restorable?.latest ?? '') > mendedAt.toISOString(),
        120_000,
      );
      expect(await readyFiles()).toEqual([]);
      expect(mended.archive).not.toHaveProperty('failing');
      expect(mended.archive?.walVolume).not.toHaveProperty('secondsUntilFull');
      expect(mended.archive?.atRiskBytes).toBeLessThan(segmentBytes);
      expect(mended.repositories[0]?.archiveGaps).toMatchObject({ gaps: 0 });
      expect(await series('howdah_backup_archive_failing_seconds')).toBe(0);
    },
    (minutes + 4) * 60_000,
  );
});

describe('a gap', () => {
  /** The archive's directory in the repository, and the full names in it. */
  const stored = async (timeline: string) => {
    const directory = join(test().repositoryPath(1), 'archive/main');
    const [id] = (await readdir(directory)).filter((name) => /^\d+-1$/.test(name));
    const segments = join(directory, id ?? '', `${timeline}00000000`);
    return {
      segments,
      names: (await readdir(segments)).filter((name) => /^[0-9A-F]{24}-/.test(name)).toSorted(),
    };
  };

  it('is told by name after a promotion too, and ends what can be restored from the backup before', async () => {
    const { server, pgbackrest } = test();
    for (let times = 0; times < 4; times += 1)
      await server.query("SELECT pg_logical_emit_message(true, 'x', 'x'), pg_switch_wal()");
    await until('empty queue', ({ archive }) => archive?.queue?.readyFiles === 0, 60_000);
    await running.stop();
    // A recovery to the end of the archive ends as a promotion does: on a new timeline, with a history.
    await server.query(
      `ALTER SYSTEM SET restore_command = 'pgbackrest --config=${pgbackrest.configFile} --stanza=${pgbackrest.stanza} archive-get %f "%p"'`,
    );
    await runAs(databaseUser(), 'touch', [join(server.dataDirectory, 'recovery.signal')]);
    await server.restart();
    running = await startAgent();
    await until('new timeline', ({ timeline, archive }) => timeline === 2 && archive !== undefined, 60_000);
    const promotedAt = Date.now();
    for (let times = 0; times < 3; times += 1) {
      await server.query("SELECT pg_logical_emit_message(true, 'x', 'x'), pg_switch_wal()");
      await systemClock.sleep(1_200, quiet());
    }
    const whole = await until(
      'look at the new timeline',
      ({ timeline, repositories }) =>
        timeline === 2 && Date.parse(repositories[0]?.restorable?.latest ?? '') > promotedAt,
      60_000,
    );
    expect(whole.repositories[0]?.archiveGaps).toMatchObject({ gaps: 0 });
    expect(whole.repositories[0]?.restorable?.ranges).toHaveLength(1);
    await running.stop();

    const { segments, names } = await stored('00000001');
    const [backup] = whole.repositories[0]?.backups ?? [];
    const lost = names.filter((name) => name.slice(0, 24) > (backup?.walStop ?? '')).slice(1, 3);
    for (const name of lost) await rm(join(segments, name));
    running = await startAgent();
    const broken = await until(
      'gap',
      ({ repositories }) => repositories[0]?.archiveGaps !== undefined,
      60_000,
    );
    expect(broken.repositories[0]?.archiveGaps).toMatchObject({
      gaps: 1,
      missingSegments: 2,
      ranges: [{ from: lost[0]?.slice(0, 24), to: lost[1]?.slice(0, 24), segments: 2 }],
    });
    expect(broken.repositories[0]?.restorable).toEqual({
      oldest: backup?.stoppedAt,
      latest: backup?.stoppedAt,
      ranges: [{ from: backup?.stoppedAt, to: backup?.stoppedAt }],
    });
    expect(await series('howdah_backup_archive_missing_segments')).toBe(2);
  }, 240_000);
});
