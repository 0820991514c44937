import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@howdah/core/clock';
import { StopRequest } from '@howdah/runtime/agent';
import { AgentHost } from '@howdah/runtime/agent-host';
import { environmentFrom } from '@howdah/runtime/environment';
import { createLogger } from '@howdah/runtime/logger';
import { createRegistry, createRuntimeMetrics } from '@howdah/runtime/metrics';
import { usePostgres } from '@howdah/testing/pg-test';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { expect, it } from 'vitest';
import { agent } from './agent.ts';
import { type CustomQueryInput, customQuery } from './testing/custom-query.ts';
import { exporterAt, type RunningExporter } from './testing/exporter-at.ts';

const server = usePostgres({ roles: true });

/** A view of our own is read beside, so that what a query costs the others is seen. */
const running = (...customQueries: readonly CustomQueryInput[]): RunningExporter =>
  exporterAt(server(), {
    ...{ statementTimeoutSeconds: 1, lockTimeoutSeconds: 0.3, collectors: { include: ['locks'] } },
    customQueries: [...customQueries, customQuery({ name: 'bystander', sql: 'SELECT 7 AS pending' })],
  });

const series = async (exporter: RunningExporter): Promise<Readonly<Record<string, number>>> =>
  Object.fromEntries(
    [...(await exporter.scrape()).series].filter(([name]) => /^(orders|bystander)_/.test(name)),
  );

const errorOf = (exporter: RunningExporter, id = 'custom:orders'): string | undefined =>
  exporter.exporter.status().collectors.find((collector) => collector.id === id)?.error;

/** That one cycle left everything else whole, and `said` of the query. */
const isAlone = async (exporter: RunningExporter, said: RegExp): Promise<void> => {
  await exporter.cycle();
  const all = (await exporter.scrape()).series;
  expect(await series(exporter)).toEqual({ 'bystander_pending{}': 7 });
  expect(errorOf(exporter)).toMatch(said);
  expect(all.get('pg_scrape_collector_success{collector="custom:orders"}')).toBe(0);
  expect(all.get('howdah_exporter_collector_failures_total{collector="custom:orders"}')).toBe(1);
  expect(all.get('pg_scrape_collector_success{collector="locks"}')).toBe(1);
  expect(all.get('pg_up{}')).toBe(1);
};

it('serves what a query says, under the names of queries.yaml', async () => {
  await server().query('CREATE TABLE orders (state text, amount numeric)');
  await server().query('GRANT SELECT ON orders TO howdah_monitor');
  await server().query(`INSERT INTO orders VALUES ('new', 12.5), ('new', 2), ('paid "x"', NULL)`);
  const sql = `
    SELECT state, count(*) AS count, sum(amount) AS amount, 9007199254740993 AS big, bool_or(state = 'new') AS open
      FROM orders GROUP BY state ORDER BY state -- of today`;
  const metrics = ['count', 'amount', 'big', 'open'].map((column) => ({ column }));
  await using exporter = running(customQuery({ sql, labels: ['state'], metrics }));
  await exporter.cycle();
  expect(errorOf(exporter)).toBeUndefined();
  expect(await series(exporter)).toEqual({
    'orders_count{state="new"}': 2,
    'orders_amount{state="new"}': 14.5,
    'orders_big{state="new"}': 2 ** 53,
    'orders_open{state="new"}': 1,
    'orders_count{state="paid \\"x\\""}': 1,
    'orders_big{state="paid \\"x\\""}': 2 ** 53,
    'orders_open{state="paid \\"x\\""}': 0,
    'bystander_pending{}': 7,
  });
});

it('E03: a wrong query is without series and named, alone', async () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['SELECT pending FROM nowhere', /^custom query orders failed at .*: relation "nowhere" does not exist$/],
    ['SELECT 1 AS other', /column q.pending does not exist/],
    [`SELECT 'much' AS pending`, /row 1, column pending is no number/],
    ['SELECT i AS pending FROM generate_series(1, 2) AS i', /row 2 has the labels of another/],
  ];
  for (const [sql, said] of wrong) {
    await using exporter = running(customQuery({ sql }));
    await isAlone(exporter, said);
  }
});

it('E03: of a million rows no more leave the server than are served, and it is told', async () => {
  const sql = `SELECT i, i AS pending, repeat('x', 1000000) AS wide FROM generate_series(1, 1000000) AS i`;
  await using exporter = running(
    customQuery({ sql, labels: ['i', 'wide'], maxRows: 50, timeoutSeconds: 0.9 }),
  );
  await exporter.cycle();
  const names = Object.keys(await series(exporter)).filter((name) => name.startsWith('orders_'));
  expect(names).toHaveLength(50);
  expect(names[0]).toBe(`orders_pending{i="1",wide="${'x'.repeat(256)}"}`);
  const { collectors } = exporter.exporter.status();
  expect(collectors.find(({ id }) => id === 'custom:orders')).toMatchObject({ ok: true, seriesDropped: 1 });
  expect(
    (await exporter.scrape()).series.get('howdah_exporter_series_dropped_total{collector="custom:orders"}'),
  ).toBe(1);
});

it('E03: a query that writes is refused by the transaction, even where the role might', async () => {
  await server().query('CREATE TABLE written (i int)');
  await server().query('GRANT ALL ON written TO howdah_monitor');
  await server().query(`
    CREATE FUNCTION public.sly() RETURNS int LANGUAGE plpgsql AS $$
    BEGIN PERFORM set_config('transaction_read_only', 'off', true); INSERT INTO written VALUES (1); RETURN 1; END $$`);
  const refused: readonly (readonly [string, RegExp])[] = [
    ['INSERT INTO written VALUES (1) RETURNING i AS pending', /syntax error at or near "INTO"/],
    [
      'WITH w AS (INSERT INTO written VALUES (1) RETURNING i) SELECT i AS pending FROM w',
      /must be at the top level/,
    ],
    [
      'SELECT 1 AS pending) AS q; INSERT INTO written VALUES (1); SELECT (1',
      /cannot insert multiple commands/,
    ],
    ['SELECT sly() AS pending', /read-write mode must be set before any query/],
    [`SELECT setval(pg_get_serial_sequence('numbered', 'i'), 9) AS pending`, /read-only transaction/],
  ];
  await server().query('CREATE TABLE numbered (i serial)');
  await server().query('GRANT ALL ON numbered, numbered_i_seq TO howdah_monitor');
  for (const [sql, said] of refused) {
    await using exporter = running(customQuery({ sql }));
    await isAlone(exporter, said);
  }
  expect(await server().query('SELECT count(*)::int AS n FROM written')).toEqual([{ n: 0 }]);
});

it('E03: a query that sleeps is cut at its own time-out, after the views were read', async () => {
  await using exporter = running(
    customQuery({ sql: 'SELECT 1 AS pending, pg_sleep(60)', timeoutSeconds: 0.2 }),
  );
  const beganMs = performance.now();
  await isAlone(exporter, /statement timeout/);
  expect(performance.now() - beganMs).toBeLessThan(1_000);
});

it('asks each of several databases over one connection more, which is closed again', async () => {
  await server().createDatabase('shop');
  const sql = 'SELECT count(*) AS pending FROM pg_stat_activity WHERE usename = current_user';
  {
    await using exporter = running(customQuery({ sql, databases: ['postgres', 'shop'] }));
    await exporter.cycle();
    expect(errorOf(exporter)).toBeUndefined();
    expect(await series(exporter)).toMatchObject({
      'orders_pending{datname="postgres"}': 2,
      'orders_pending{datname="shop"}': 2,
    });
    const connections = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'howdah_monitor'`;
    await expect.poll(() => server().query(connections)).toEqual([{ n: 1 }]);
  }
  await using exporter = running(customQuery({ sql, databases: ['shop', 'gone'] }));
  await isAlone(exporter, /database "gone" does not exist/);
});

it('E03: a query that ends its session, or hides from its time-out, takes nothing with it', async () => {
  await server().query(`
    CREATE FUNCTION public.stubborn() RETURNS int LANGUAGE plpgsql AS $$
    BEGIN LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$`);
  for (const [sql, said] of [
    ['SELECT pg_terminate_backend(pg_backend_pid()) AS pending', /terminating connection/],
    ['SELECT stubborn() AS pending', /no answer from .* within 2000 ms/],
  ] as const) {
    await using exporter = running(customQuery({ sql, timeoutSeconds: 0.2, intervalSeconds: 60 }));
    await exporter.cycle();
    expect(errorOf(exporter)).toMatch(said);
    const { series: all } = await exporter.scrape();
    expect(all.get('pg_up{}')).toBe(1);
    expect(all.get('pg_scrape_collector_success{collector="locks"}')).toBe(1);
    await exporter.cycle();
    expect(await series(exporter)).toEqual({ 'bystander_pending{}': 7 });
  }
});

it('leaves nothing behind in the session that the views are read in', async () => {
  const sql = `
    SELECT 1 AS pending, set_config('statement_timeout', '0', false), pg_advisory_lock(42)`;
  await using exporter = running(
    customQuery({ sql }),
    customQuery({
      name: 'after',
      sql: `SELECT setting AS pending FROM pg_settings WHERE name = 'statement_timeout'`,
    }),
  );
  await exporter.cycle();
  expect((await exporter.scrape()).series.get('after_pending{}')).toBe(1_000);
  const held = `SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory'`;
  expect(await server().query(held)).toEqual([{ n: 0 }]);
});

it('follows its file live: a query added, changed, wrong, and gone', async () => {
  await using root = await temporaryDirectory();
  const config = join(root.path, 'config');
  await mkdir(config);
  const registry = createRegistry();
  const host = new AgentHost({
    sources: [{ name: 'exporter', load: async () => agent }],
    environment: environmentFrom(
      { HOWDAH_CONFIG_DIR: config, HOWDAH_STATE_DIR: join(root.path, 'state'), HOWDAH_MEMBER: 'pg-0' },
      9187,
    ),
    registry,
    metrics: createRuntimeMetrics(registry),
    logger: createLogger('test', { level: 'silent' }),
    clock: systemClock,
  });
  const stop = new AbortController();
  const looksAt = async (customQueries: readonly CustomQueryInput[]) => {
    const { socketDir, port } = server();
    const text = JSON.stringify({ postgres: { host: socketDir, port }, customQueries });
    await writeFile(join(config, 'exporter.yaml'), text);
    await host.look(stop.signal);
  };
  const pending = async () => /^orders_pending .*$/m.exec(await host.endpoints().metrics())?.[0];
  const soon = { timeout: 5_000, interval: 20 };
  const one = customQuery({ sql: 'SELECT 1 AS pending' });
  const two = customQuery({ sql: 'SELECT 2 AS pending' });
  try {
    await looksAt([]);
    await looksAt([one]);
    await expect.poll(pending, soon).toBe('orders_pending 1');
    await looksAt([two]);
    await expect.poll(pending, soon).toBe('orders_pending 2');
    await looksAt([two, two]);
    expect(host.invalid()).toEqual(['exporter']);
    expect(await pending()).toBe('orders_pending 2');
    await looksAt([]);
    await expect.poll(() => host.endpoints().metrics(), soon).not.toMatch(/orders/);
  } finally {
    stop.abort(new StopRequest('shutdown'));
    await host.run(stop.signal);
  }
});
