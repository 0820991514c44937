import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { usePostgres } from '@howdah/testing/pg-test';
import type { PostgresServer } from '@howdah/testing/postgres-server';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AgentProcess, agentProcess } from './testing/process.ts';

const server = usePostgres({
  logDestinations: ['csvlog', 'jsonlog'],
  settings: {
    log_filename: 'postgresql-%H%M%S.log',
    log_checkpoints: 'off',
    log_autovacuum_min_duration: '-1',
    log_min_messages: 'notice',
  },
});

/** A burst of records: of every severity that a client can cause, over several lines, with quotes and commas. */
const noise = `
DO $$
BEGIN
  FOR n IN 1..300 LOOP
    RAISE LOG E'record % of "many",\\nin two lines\\n2026-03-01 10:00:00.000 UTC,"x","y",1,,a.b,1,"",,,0,ERROR,00000,"no",', n;
    IF n % 7 = 0 THEN RAISE WARNING 'seventh %', n USING DETAIL = repeat('long ', n); END IF;
    IF n % 11 = 0 THEN RAISE NOTICE 'eleventh'; END IF;
  END LOOP;
END $$`;

const load = async (pg: PostgresServer, pauseMs: number, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    await pg.query(`SET client_min_messages = error; ${noise}`);
    await pg.query('SELECT 1 / 0').catch(() => undefined);
    await sleep(pauseMs);
  }
};

/** The log as PostgreSQL itself reads it: the table of its manual (the example under "Using CSV-Format Log Output"). */
const logTable = `
CREATE TABLE postgres_log (
  log_time timestamp(3) with time zone, user_name text, database_name text, process_id integer,
  connection_from text, session_id text, session_line_num bigint, command_tag text,
  session_start_time timestamp with time zone, virtual_transaction_id text, transaction_id bigint,
  error_severity text, sql_state_code text, message text, detail text, hint text, internal_query text,
  internal_query_pos integer, context text, query text, query_pos integer, location text,
  application_name text, backend_type text, leader_pid integer, query_id bigint)`;

const csvFiles = async (pg: PostgresServer): Promise<readonly string[]> =>
  (await readdir(pg.logDirectory)).filter((name) => name.endsWith('.csv')).sort();

/** `severity file` → count, by COPY and GROUP BY. */
const countedByPostgres = async (pg: PostgresServer): Promise<ReadonlyMap<string, number>> => {
  const counts = new Map<string, number>();
  for (const file of await csvFiles(pg)) {
    await pg.query('TRUNCATE postgres_log');
    await pg.query(`COPY postgres_log FROM '${join(pg.logDirectory, file)}' WITH (FORMAT csv)`);
    const rows = await pg.query<{ severity: string; n: number }>(
      'SELECT error_severity AS severity, count(*)::integer AS n FROM postgres_log GROUP BY error_severity',
    );
    for (const { severity, n } of rows) counts.set(`${severity} ${file}`, n);
  }
  return counts;
};

const seriesPattern = /^postgres_severity\{severity="([A-Z]+)",file="([^"]+)"\}$/;

/** `severity file` → count, of the agent, without its zeroes. */
const countedByAgent = (series: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
  new Map(
    [...series]
      .filter(([, count]) => count > 0)
      .map(([name, count]) => {
        const [, severity, file] = seriesPattern.exec(name) ?? [];
        return [`${severity} ${file}`, count];
      }),
  );

const sorted = (counts: ReadonlyMap<string, number>) => Object.fromEntries([...counts].toSorted());

const yaml = (pg: PostgresServer, root: string): string =>
  [
    `logDirectory: ${pg.logDirectory}`,
    'pollSeconds: 0.1',
    'checkpointIntervalSeconds: 0.2',
    'sinks:',
    `  - { id: records, file: { path: ${join(root, 'records.jsonl')}, maxBytes: 1099511627776 } }`,
  ].join('\n');

/** Nothing is left to read, by the sizes of the files themselves. */
const delivered = async (pg: PostgresServer, agent: AgentProcess): Promise<ReadonlyMap<string, number>> => {
  await agent.until('howdah_logship_', (series) => {
    return series.get('howdah_logship_backlog_bytes') === 0;
  });
  const sizes = async () =>
    (await Promise.all((await csvFiles(pg)).map((name) => stat(join(pg.logDirectory, name))))).reduce(
      (sum, { size }) => sum + size,
      0,
    );
  let before = -1;
  // A look may be older than the last record: two looks at the same, undelivered nothing, are not.
  for (let size = await sizes(); size !== before; size = await sizes()) {
    before = size;
    await sleep(500);
    await agent.until('howdah_logship_', (series) => series.get('howdah_logship_backlog_bytes') === 0);
  }
  return agent.until('postgres_severity', (series) => series.size > 0);
};

const shippedIds = async (root: string): Promise<readonly string[]> =>
  (await readFile(join(root, 'records.jsonl'), 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).id);

beforeAll(() => server().query(logTable));

describe('the log of a real PostgreSQL under load', () => {
  it('L02: rotated every two seconds is counted exactly', async () => {
    await using directory = await temporaryDirectory();
    const agent = await agentProcess(directory.path, yaml(server(), directory.path));
    const stop = new AbortController();
    agent.start();
    try {
      const loads = [load(server(), 100, stop.signal), load(server(), 100, stop.signal)];
      for (let rotation = 0; rotation < 4; rotation += 1) {
        await sleep(2_000);
        await server().query('SELECT pg_rotate_logfile()');
      }
      stop.abort();
      await Promise.all(loads);
      const counted = countedByAgent(await delivered(server(), agent));
      expect((await csvFiles(server())).length).toBeGreaterThan(3);
      expect(sorted(counted)).toEqual(sorted(await countedByPostgres(server())));
    } finally {
      stop.abort();
      await agent.kill();
    }
  }, 150_000);

  it('L01: an agent killed -9 at random moments loses and doubles nothing, and no count ever goes back', async () => {
    await using directory = await temporaryDirectory();
    const agent = await agentProcess(directory.path, yaml(server(), directory.path));
    const stop = new AbortController();
    const loads = [load(server(), 100, stop.signal), load(server(), 100, stop.signal)];
    let last: ReadonlyMap<string, number> = new Map();
    try {
      for (let round = 0; round < 6; round += 1) {
        agent.start();
        const first = await agent.until('postgres_severity', (series) => series.size > 0);
        for (const [series, count] of last) expect(first.get(series)).toBeGreaterThanOrEqual(count);
        if (round === 3) await server().query('SELECT pg_rotate_logfile()');
        await sleep(Math.random() * 900);
        last = (await agent.scrape('postgres_severity')) ?? first;
        await agent.kill();
      }
      stop.abort();
      await Promise.all(loads);
      agent.start();
      const counted = countedByAgent(await delivered(server(), agent));
      expect(sorted(counted)).toEqual(sorted(await countedByPostgres(server())));
      const ids = await shippedIds(directory.path);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBe([...counted.values()].reduce((sum, count) => sum + count, 0));
    } finally {
      stop.abort();
      await agent.kill();
    }
  }, 150_000);
});
