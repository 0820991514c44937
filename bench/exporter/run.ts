import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { bundle } from '@howdah/testbed-local/bundle';
import { suiteNodeFlags } from '@howdah/testbed-local/cluster/suite';
import { type PostgresServer, startPostgres } from '@howdah/testing/postgres-server';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import Table from 'cli-table3';
import { cpuSecondsOf, heldBy, median } from '../memory/held.ts';

/** Ours and Debian's postgres_exporter on one server in one run; README.md has the last figures. */
const { values } = parseArgs({
  options: {
    peer: { type: 'string', default: 'prometheus-postgres-exporter' },
    scrapes: { type: 'string', default: '60' },
  },
});
const scrapes = Number(values.scrapes);
const databases = 53;
const tables = 200;
const lockedScrapes = 10;
const scrapeDeadlineMs = 10_000;

interface Exporter {
  readonly name: string;
  readonly url: string;
  readonly role: string;
  readonly process: ChildProcess;
}

interface Scrape {
  readonly ms: number;
  readonly series: number;
}

const scrape = (url: string): Promise<Scrape> => {
  const beganMs = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { signal: AbortSignal.timeout(scrapeDeadlineMs) }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const ms = performance.now() - beganMs;
        const lines = Buffer.concat(chunks).toString('utf8').split('\n');
        resolve({ ms, series: lines.filter((line) => line.startsWith('pg_')).length });
      });
    }).on('error', reject);
  });
};

const fill = async (server: PostgresServer): Promise<void> => {
  await server.query('CREATE ROLE peer LOGIN IN ROLE pg_monitor');
  for (let number = 3; number < databases; number += 1) await server.createDatabase(`tenant_${number}`);
  for (let number = 0; number < tables; number += 1) {
    await server.query(`CREATE TABLE t${number} (id int PRIMARY KEY, t text)`);
  }
};

const startOurs = async (server: PostgresServer, directory: string): Promise<Exporter> => {
  const main = await bundle(
    join(import.meta.dirname, '../../agents/exporter/main.ts'),
    join(directory, 'dist'),
  );
  const config = join(directory, 'config');
  await mkdir(config);
  await writeFile(
    join(config, 'exporter.yaml'),
    `postgres: {host: ${server.socketDir}}\nintervalSeconds: 15\n`,
  );
  const env = {
    HOWDAH_CONFIG_DIR: config,
    HOWDAH_STATE_DIR: join(directory, 'state'),
    HOWDAH_HTTP_HOST: '127.0.0.1',
    HOWDAH_HTTP_PORT: '39187',
    MALLOC_ARENA_MAX: '1',
  };
  const child = spawn(process.execPath, [...suiteNodeFlags, main], { env, stdio: 'ignore' });
  return {
    name: 'howdah exporter',
    url: 'http://127.0.0.1:39187/metrics',
    role: 'howdah_monitor',
    process: child,
  };
};

const startPeer = async (server: PostgresServer): Promise<Exporter> => {
  const env = { DATA_SOURCE_NAME: `host=${server.socketDir} user=peer dbname=postgres sslmode=disable` };
  const child = spawn(values.peer, ['--web.listen-address=127.0.0.1:39188'], { env, stdio: 'ignore' });
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new Error('no postgres_exporter: apt-get install prometheus-postgres-exporter, or --peer <path>', {
      cause,
    });
  }
  return { name: 'postgres_exporter', url: 'http://127.0.0.1:39188/metrics', role: 'peer', process: child };
};

const measure = async (server: PostgresServer, exporter: Exporter): Promise<readonly string[]> => {
  const pid = exporter.process.pid ?? 0;
  const cpuBefore = await cpuSecondsOf(pid);
  const seen: Scrape[] = [];
  let connections = 0;
  for (let count = 0; count < scrapes; count += 1) {
    seen.push(await scrape(exporter.url));
    const [row] = await server.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = $1',
      [exporter.role],
    );
    connections = Math.max(connections, row?.n ?? 0);
    await delay(1_000);
  }
  const cpu = (await cpuSecondsOf(pid)) - cpuBefore;
  const held = await heldBy(pid);
  const times = seen.map(({ ms }) => ms);
  return [
    exporter.name,
    String(seen.at(-1)?.series),
    median(times).toFixed(1),
    Math.max(...times).toFixed(1),
    ((cpu / scrapes) * 1_000).toFixed(1),
    held.anonymousMiB.toFixed(0),
    held.residentMiB.toFixed(0),
    String(connections),
  ];
};

/** The slowest scrape while the catalog that lists the databases is locked; undefined when it never came. */
const slowestBehindLock = async (exporter: Exporter): Promise<string> => {
  const times: number[] = [];
  for (let count = 0; count < lockedScrapes; count += 1) {
    try {
      times.push((await scrape(exporter.url)).ms);
    } catch {
      return `none within ${scrapeDeadlineMs / 1_000} s`;
    }
  }
  return `${Math.max(...times).toFixed(1)} ms`;
};

await using directory = await temporaryDirectory();
await using server = await startPostgres({ roles: true, settings: { max_connections: '100' } });
await fill(server);
const exporters: Exporter[] = [];
try {
  exporters.push(await startPeer(server), await startOurs(server, directory.path));
  await delay(5_000);
  const table = new Table({
    head: ['', 'series', 'median ms', 'max ms', 'CPU ms/s', 'anonymous MiB', 'resident MiB', 'connections'],
    style: { head: [], border: [] },
  });
  for (const exporter of exporters) table.push([...(await measure(server, exporter))]);
  process.stdout.write(
    `${databases} databases, ${tables} tables, ${scrapes} scrapes, one a second\n${table}\n`,
  );
  const locked = server.query(
    'BEGIN; LOCK TABLE pg_database IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(45); COMMIT',
  );
  await delay(1_000);
  for (const exporter of exporters) {
    process.stdout.write(
      `pg_database locked, slowest scrape: ${exporter.name} ${await slowestBehindLock(exporter)}\n`,
    );
  }
  await locked;
} finally {
  for (const { process: child } of exporters) child.kill('SIGTERM');
}
