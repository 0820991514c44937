import { readFile } from 'node:fs/promises';
import { usePostgres } from '@howdah/testing/pg-test';
import { describe, expect, it } from 'vitest';
import { exporterAt } from './testing/exporter-at.ts';
import type { ExposedFamily } from './testing/exposition.ts';
import { program, startStandby } from './testing/standby.ts';

/** Names of the contract that are not served, each with its reason; README.md says the same. */
const deliberatelyAbsent: Readonly<Record<string, string>> = {
  postgres_exporter_build_info: 'of another program',
  postgres_exporter_config_last_reload_success_timestamp_seconds: 'of another program',
  postgres_exporter_config_last_reload_successful: 'of another program',
  pg_settings_statement_timeout_seconds: 'set for the role howdah_monitor: not the server’s value',
  pg_settings_lock_timeout_seconds: 'set for the role howdah_monitor: not the server’s value',
  pg_settings_idle_in_transaction_session_timeout_seconds:
    'set for the role howdah_monitor: not the server’s value',
};

const contract = async (): Promise<ReadonlyMap<string, ExposedFamily>> => {
  const text = await readFile(new URL('testdata/postgres_exporter-metrics.tsv', import.meta.url), 'utf8');
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split('\t'))
      .map(([name = '', type = '', labels = '']) => [name, { type, labels }]),
  );
};

/** Names of the contract, which was recorded on PostgreSQL 15, for what the server under test no longer has. */
const gone = async (): Promise<(name: string) => boolean> => {
  const [row] = await server().query<{ settings: string[]; bgwriter: string[] }>(`
    SELECT array(SELECT replace(name, '.', '_') FROM pg_settings) AS settings,
           array(SELECT attname::text FROM pg_attribute WHERE attrelid = 'pg_stat_bgwriter'::regclass) AS bgwriter`);
  const { settings, bgwriter } = row ?? { settings: [], bgwriter: [] };
  const isOf = (
    name: string,
    subsystem: string,
    members: readonly string[],
    units: readonly string[],
  ): boolean =>
    members.some((member) => ['', ...units].some((unit) => name === `pg_${subsystem}_${member}${unit}`));
  return (name) =>
    (name.startsWith('pg_settings_') &&
      !isOf(name, 'settings', settings, ['_seconds', '_bytes', '_ratio'])) ||
    (name.startsWith('pg_stat_bgwriter_') && !isOf(name, 'stat_bgwriter', bgwriter, ['_total']));
};

const server = usePostgres({
  roles: true,
  settings: {
    shared_preload_libraries: 'pgaudit,pg_stat_statements',
    wal_level: 'logical',
    archive_mode: 'on',
    archive_command: 'true',
    autovacuum_naptime: '1s',
  },
});

/** Everything a family needs to have a value: statistics once reset, archiving, vacuums by hand and by autovacuum, a logical slot. */
const makeBusy = async (): Promise<void> => {
  await server().query('SELECT pg_stat_reset()');
  await server().query('CREATE TABLE busy (id int PRIMARY KEY, t text)');
  await server().query(
    'ALTER TABLE busy SET (autovacuum_vacuum_threshold = 1, autovacuum_analyze_threshold = 1)',
  );
  await server().query(`INSERT INTO busy SELECT i, 'x' FROM generate_series(1, 1000) AS i`);
  await server().query('VACUUM ANALYZE busy');
  await server().query(`UPDATE busy SET t = 'y'`);
  await server().query(`SELECT pg_create_logical_replication_slot('decoding', 'test_decoding')`);
  await server().query('SELECT pg_switch_wal()');
  const settled = `
    SELECT (SELECT archived_count > 0 FROM pg_stat_archiver) AS archived,
           (SELECT last_autovacuum IS NOT NULL AND last_autoanalyze IS NOT NULL
              FROM pg_stat_user_tables WHERE relname = 'busy') AS vacuumed`;
  await expect
    .poll(() => server().query(settled), { timeout: 30_000, interval: 200 })
    .toEqual([{ archived: true, vacuumed: true }]);
};

describe('what existing dashboards and alerts were written for', () => {
  it('is served under the same names, types and labels', async () => {
    await makeBusy();
    await using standby = await startStandby(server(), 'standby_1');
    await using _reader = program('pg_recvlogical', [
      ...['-h', server().socketDir, '-U', 'postgres', '-d', 'postgres', '-s', '1'],
      ...['-S', 'decoding', '--start', '-f', '/dev/null'],
    ]);
    const receivers = `SELECT count(*)::int AS n FROM pg_stat_replication WHERE reply_time IS NOT NULL`;
    await expect
      .poll(() => server().query(receivers), { timeout: 20_000, interval: 200 })
      .toEqual([{ n: 2 }]);

    await using onPrimary = exporterAt(server());
    await using onReplica = exporterAt(standby);
    await onPrimary.cycle();
    await server().query(`UPDATE busy SET t = 'b'`);
    await expect
      .poll(
        async () => {
          await onReplica.cycle();
          return (await onReplica.scrape()).families.has('pg_replication_last_replay_seconds');
        },
        { timeout: 20_000 },
      )
      .toBe(true);
    const served = new Map([...(await onReplica.scrape()).families, ...(await onPrimary.scrape()).families]);

    const isGone = await gone();
    const wanted = [...(await contract())].filter(
      ([name]) => deliberatelyAbsent[name] === undefined && !isGone(name),
    );
    expect(wanted.length).toBeGreaterThan(320);
    expect(Object.fromEntries(wanted.map(([name]) => [name, served.get(name) ?? 'missing']))).toEqual(
      Object.fromEntries(wanted),
    );
    expect(Object.keys(deliberatelyAbsent).filter((name) => served.has(name))).toEqual([]);
    const failed = [...(await onPrimary.scrape()).series].filter(
      ([name, value]) => name.startsWith('pg_scrape_collector_success') && value !== 1,
    );
    expect(failed).toEqual([]);
  });
});
