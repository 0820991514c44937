import { readdir, readFile } from 'node:fs/promises';
import { openSession, type Session } from '@howdah/postgres/connect';
import { usePostgres } from '@howdah/testing/pg-test';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { customQuery } from './testing/custom-query.ts';
import { exporterAt, type RunningExporter } from './testing/exporter-at.ts';
import { startStandby } from './testing/standby.ts';

const server = usePostgres({ roles: true, settings: { max_connections: '12' } });

const quick = { connectTimeoutSeconds: 1, statementTimeoutSeconds: 1, lockTimeoutSeconds: 0.3 };
const patience = { timeout: 20_000, interval: 100 };

const value = async (running: RunningExporter, series: string): Promise<number | undefined> =>
  (await running.scrape()).series.get(series);

/** Series of PostgreSQL's own, without what the exporter says of itself. */
const served = async (running: RunningExporter): Promise<readonly string[]> =>
  [...(await running.scrape()).series.keys()].filter((name) => name.startsWith('pg_stat_'));

const connectionsOf = async (): Promise<number> => {
  const [row] = await server().query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'howdah_exporter'`,
  );
  return row?.n ?? -1;
};

const forever = new AbortController().signal;

const superuserSession = (): Promise<Session> =>
  openSession(
    {
      host: server().socketDir,
      port: server().port,
      user: 'postgres',
      database: 'postgres',
      applicationName: 'somebody else',
      connectTimeoutMs: 2_000,
      statementTimeoutMs: 2_000,
      lockTimeoutMs: 100,
    },
    forever,
  );

const say = async (session: Session, text: string): Promise<void> => {
  await session.query({ what: text, text, row: z.unknown() }, forever);
};

const pidsOf = async (parent: number): Promise<readonly number[]> => {
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(fields[1]) === parent) found.push(Number(entry));
  }
  return found;
};

const whileStopped = async (pids: readonly number[], work: () => Promise<void>): Promise<void> => {
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    await work();
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
};

describe('a cycle', () => {
  it('reports progress, is ready, and asks for the next cycle an interval later', async () => {
    await using running = exporterAt(server());
    expect(running.exporter.readiness()).toEqual({
      ready: false,
      waitingFor: expect.stringContaining('first answer'),
    });
    expect(await running.cycle()).toBe(15_000);
    expect(running.exporter.readiness()).toEqual({ ready: true });
    expect(running.progress()).toBe(1);
    expect(await value(running, 'pg_up{}')).toBe(1);
    expect(running.exporter.status()).toMatchObject({ up: true, inRecovery: false, connections: 1 });
  });

  it('serves what PostgreSQL says, in its own numbers', async () => {
    await server().query('CREATE TABLE numbers (i int)');
    await server().query('INSERT INTO numbers SELECT generate_series(1, 1234)');
    await server().query('SELECT pg_stat_force_next_flush()');
    await using running = exporterAt(server());
    await running.cycle();
    const table = '{datname="postgres",schemaname="public",relname="numbers"}';
    expect(await value(running, `pg_stat_user_tables_n_tup_ins${table}`)).toBe(1234);
    const [size] = await server().query<{ bytes: string }>(
      `SELECT pg_total_relation_size('numbers') AS bytes`,
    );
    expect(await value(running, `pg_stat_user_tables_size_bytes${table}`)).toBe(Number(size?.bytes));
    const address = `{server="${server().socketDir}:5432"}`;
    expect(await value(running, `pg_settings_shared_buffers_bytes${address}`)).toBe(16 * 2 ** 20);
    expect(await value(running, `pg_settings_checkpoint_timeout_seconds${address}`)).toBe(300);
    expect(await value(running, `pg_settings_jit${address}`)).toBe(1);
  });

  it('leaves absent what the server has no value for', async () => {
    await using running = exporterAt(server());
    await running.cycle();
    const { families } = await running.scrape();
    expect(families.has('pg_stat_archiver_archived_count')).toBe(true);
    expect(families.has('pg_stat_archiver_last_archive_age')).toBe(false);
    expect(families.has('pg_replication_last_replay_seconds')).toBe(false);
  });

  it('serves partitioned tables, which nobody but a person analyzes', async () => {
    await server().query('CREATE TABLE parted (i int) PARTITION BY RANGE (i)');
    await server().query('CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10)');
    await server().query('ANALYZE parted');
    await server().query('SELECT pg_stat_force_next_flush()');
    await using running = exporterAt(server());
    await running.cycle();
    const table = '{datname="postgres",schemaname="public",relname="parted"}';
    expect(await value(running, `pg_stat_user_tables_analyze_count${table}`)).toBe(1);
    expect(await value(running, `pg_statio_user_tables_heap_blocks_read${table}`)).toBeUndefined();
  });

  it('reads only the collectors that were asked for', async () => {
    await using running = exporterAt(server(), { collectors: { include: ['locks', 'wal'] } });
    await running.cycle();
    expect(running.exporter.status().collectors.map(({ id }) => id)).toEqual(['locks', 'wal']);
  });

  it('keeps at most the allowed series of a collector and counts the others', async () => {
    for (let table = 0; table < 12; table += 1) await server().query(`CREATE TABLE many_${table} (i int)`);
    await using running = exporterAt(server(), { maxSeriesPerCollector: 100 });
    await running.cycle();
    const { series } = await running.scrape();
    const tables = [...series.keys()].filter((name) => name.startsWith('pg_stat_user_tables_'));
    expect(tables.length).toBeLessThanOrEqual(100);
    expect(series.get('howdah_exporter_series_dropped_total{collector="stat_user_tables"}')).toBeGreaterThan(
      100,
    );
    expect(series.get('howdah_exporter_series_dropped_total{collector="wal"}')).toBe(0);
  });

  it('goes on without the collector that is not allowed, and has it back when it is', async () => {
    await server().query('REVOKE EXECUTE ON FUNCTION pg_ls_waldir() FROM pg_monitor');
    await using running = exporterAt(server());
    await running.cycle();
    expect(await value(running, 'pg_scrape_collector_success{collector="wal"}')).toBe(0);
    expect(await value(running, 'pg_scrape_collector_success{collector="locks"}')).toBe(1);
    expect(await value(running, 'pg_wal_segments{}')).toBeUndefined();
    expect(await value(running, 'pg_up{}')).toBe(1);
    expect(await value(running, 'pg_exporter_last_scrape_error{}')).toBe(1);
    expect(running.exporter.status().collectors.find(({ id }) => id === 'wal')?.error).toMatch(
      /permission denied/,
    );
    await server().query('GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO pg_monitor');
    await running.cycle();
    expect(await value(running, 'pg_wal_segments{}')).toBeGreaterThan(0);
    expect(await value(running, 'pg_exporter_last_scrape_error{}')).toBe(0);
  });

  it('stops in the middle when told to, and leaves no connection behind', async () => {
    const running = exporterAt(server());
    const stop = new AbortController();
    const run = running.exporter.run(stop.signal);
    await expect.poll(() => running.clock.sleepers, patience).toBe(1);
    expect(await connectionsOf()).toBe(1);
    stop.abort(new Error('enough'));
    await run;
    await expect.poll(connectionsOf, patience).toBe(0);
  });
});

describe('E01: a table locked in ACCESS EXCLUSIVE mode', () => {
  it('costs its size and nothing else, and scrapes never wait', async () => {
    await server().query('CREATE TABLE locked (i int PRIMARY KEY, t text)');
    await using running = exporterAt(server(), quick);
    await running.cycle();
    const table = '{datname="postgres",schemaname="public",relname="locked"}';
    expect(await value(running, `pg_stat_user_tables_size_bytes${table}`)).toBeGreaterThan(0);

    const holder = await superuserSession();
    try {
      await say(holder, 'BEGIN');
      await say(holder, 'LOCK TABLE public.locked IN ACCESS EXCLUSIVE MODE');
      const cycle = running.cycle();
      const beganMs = performance.now();
      expect(running.exporter.renderMetrics()).toContain('pg_up 1');
      expect(performance.now() - beganMs).toBeLessThan(200);
      await cycle;
      expect(await value(running, 'pg_scrape_collector_success{collector="stat_user_tables"}')).toBe(1);
      expect(await value(running, `pg_stat_user_tables_seq_scan${table}`)).toBeDefined();
      expect(await value(running, `pg_stat_user_tables_size_bytes${table}`)).toBeUndefined();
      expect(await connectionsOf()).toBe(1);
      await say(holder, 'ROLLBACK');
      await say(holder, 'BEGIN');
      await say(holder, 'REINDEX INDEX public.locked_pkey');
      await running.cycle();
      expect(await value(running, 'pg_scrape_collector_success{collector="stat_user_tables"}')).toBe(1);
      expect(await value(running, `pg_stat_user_tables_size_bytes${table}`)).toBeUndefined();
    } finally {
      await holder.close();
    }
    await running.cycle();
    expect(await value(running, `pg_stat_user_tables_size_bytes${table}`)).toBeGreaterThan(0);
  });
});

describe('E02: a server in trouble', () => {
  it('that is stopped is told as down within a cycle, with two connections at most, and is back in the next', async () => {
    await using running = exporterAt(server(), quick);
    await running.cycle();
    await whileStopped([server().pid, ...(await pidsOf(server().pid))], async () => {
      const waitMs = await running.cycle();
      expect(waitMs).toBeLessThanOrEqual(1_000);
      expect(await value(running, 'pg_up{}')).toBe(0);
      expect(await served(running)).toEqual([]);
      expect(running.exporter.readiness()).toMatchObject({ ready: false });
      await running.cycle();
      await running.cycle();
      expect(await value(running, 'pg_up{}')).toBe(0);
    });
    await running.cycle();
    expect(await value(running, 'pg_up{}')).toBe(1);
    await expect.poll(connectionsOf, patience).toBe(1);
  });

  it('whose backend hangs is asked through a new connection, never through a third', async () => {
    await using running = exporterAt(server(), quick);
    await running.cycle();
    const [backend] = await server().query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'howdah_exporter'`,
    );
    await whileStopped([backend?.pid ?? 0], async () => {
      await running.cycle();
      expect(await value(running, 'pg_up{}')).toBe(0);
      await running.cycle();
      expect(await value(running, 'pg_up{}')).toBe(1);
      expect(await connectionsOf()).toBe(2);
    });
    await expect.poll(connectionsOf, patience).toBe(1);
  });

  it('that has no connection left: the one we have goes on; a new exporter says so and comes up later', async () => {
    await using before = exporterAt(server(), quick);
    await before.cycle();
    const taken: Session[] = [];
    await using late = exporterAt(server(), quick);
    try {
      for (let full = false; !full; ) {
        await superuserSession().then(
          (session) => taken.push(session),
          () => {
            full = true;
          },
        );
      }
      await before.cycle();
      expect(await value(before, 'pg_up{}')).toBe(1);
      await late.cycle();
      expect(await value(late, 'pg_up{}')).toBe(0);
      expect(late.exporter.readiness()).toMatchObject({
        waitingFor: expect.stringMatching(/too many clients/),
      });
    } finally {
      for (const session of taken) await session.close();
    }
    await expect
      .poll(async () => {
        await late.cycle();
        return value(late, 'pg_up{}');
      }, patience)
      .toBe(1);
  });

  it('that restarted between two cycles is asked through a new session in the next', async () => {
    await using running = exporterAt(server(), quick);
    await running.cycle();
    await server().restart();
    await running.cycle();
    expect(await value(running, 'pg_up{}')).toBe(1);
    expect((await served(running)).length).toBeGreaterThan(50);
    expect(await value(running, 'howdah_exporter_sessions_opened_total{}')).toBe(2);
  });

  it('that is not there is told as down, asked again ever later, and never sooner than in half a second', async () => {
    await using running = exporterAt({ socketDir: '/nowhere', port: 5432 }, quick);
    const waits = [];
    for (let attempt = 0; attempt < 8; attempt += 1) waits.push(await running.cycle());
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(500);
    expect(waits.at(-1)).toBeGreaterThan(7_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(15_000);
    expect(await value(running, 'pg_up{}')).toBe(0);
    expect(running.progress()).toBe(0);
    expect(running.exporter.readiness()).toMatchObject({ waitingFor: expect.stringMatching(/ENOENT/) });
  });

  it('that is promoted is a primary in the next cycle', async () => {
    await using standby = await startStandby(server(), 'to_promote');
    const of = (role: 'primary' | 'replica') => customQuery({ name: `of_${role}`, role });
    await using running = exporterAt(standby, {
      ...quick,
      customQueries: [of('primary'), of('replica')],
    });
    await running.cycle();
    expect(await value(running, 'pg_replication_is_replica{}')).toBe(1);
    expect(await value(running, 'of_replica_pending{}')).toBe(1);
    expect(await value(running, 'of_primary_pending{}')).toBeUndefined();
    expect(running.exporter.status()).toMatchObject({ inRecovery: true });
    await standby.promote();
    await running.cycle();
    expect(await value(running, 'pg_replication_is_replica{}')).toBe(0);
    expect(await value(running, 'pg_replication_lag_seconds{}')).toBe(0);
    expect(await value(running, 'pg_replication_last_replay_seconds{}')).toBeUndefined();
    expect(await value(running, 'of_replica_pending{}')).toBeUndefined();
    expect(await value(running, 'of_primary_pending{}')).toBe(1);
    await server().query(`SELECT pg_drop_replication_slot('to_promote')`);
  });
});
