import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type QueryResultRow } from 'pg';
import { postgresBinaries } from './postgres-binaries.ts';
import { cleanEnvironment, databaseUser, identityOf, runAs } from './run-as.ts';

const SUPERUSER = 'postgres';
const PORT = 5432;
const START_DEADLINE_MS = 30_000;
const ROLES_SQL = new URL('../postgres/roles.sql', import.meta.url);

export interface PostgresOptions {
  /** Settings over the small defaults, as in postgresql.conf without quotes: `{ work_mem: '8MB' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Makes the agents' roles (`shared/postgres/roles.sql`) in database `postgres`. */
  readonly roles?: boolean;
  /** Turns the logging collector on, with these destinations, into `logDirectory`. */
  readonly logDestinations?: readonly ('stderr' | 'csvlog' | 'jsonlog')[];
}

/** One temporary PostgreSQL on a unix socket, without durability, gone after {@link stop}. */
export interface PostgresServer extends AsyncDisposable {
  /** Goes into `host`; nothing listens on TCP unless `listen_addresses` is set. */
  readonly socketDir: string;
  readonly port: number;
  readonly superuser: string;
  readonly dataDirectory: string;
  /** Where csvlog and jsonlog go; outside the data directory. */
  readonly logDirectory: string;
  /** Of the superuser, in database `postgres`. */
  readonly connectionString: string;
  readonly pid: number;
  /** One statement as the superuser on a connection of its own. */
  query<Row extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Makes a database (from `template1` unless told otherwise) and gives its connection string. */
  createDatabase(name: string, template?: string): Promise<string>;
  restart(): Promise<void>;
  /** What the server wrote to stderr, the last of it. */
  serverLog(): Promise<string>;
  stop(): Promise<void>;
}

/** A temporary PostgreSQL, ready for connections; every local user may be any role (`trust`). */
export const startPostgres = async (options: PostgresOptions = {}): Promise<PostgresServer> => {
  const user = databaseUser();
  const binaries = postgresBinaries();
  const root = await mkdtemp('/tmp/howdah-pg-');
  const dataDirectory = join(root, 'data');
  const logDirectory = join(root, 'log');
  const serverLogFile = join(root, 'server.log');
  await mkdir(logDirectory);
  for (const path of [root, logDirectory]) {
    if (identityOf(user).uid !== undefined) await chown(path, user.uid, user.gid);
    await chmod(path, 0o755);
  }
  await runAs(user, join(binaries, 'initdb'), [
    ...['-D', dataDirectory, '-U', SUPERUSER, '--auth=trust', '--no-sync'],
    ...['--encoding=UTF8', '--locale=C.UTF-8'],
  ]);
  await writeFile(join(dataDirectory, 'postgresql.auto.conf'), settingsFile(root, logDirectory, options));

  let postmaster = await launch(binaries, dataDirectory, serverLogFile);
  // A test runner that is interrupted calls no afterAll; an orphan server would stay for ever.
  const killWithUs = () => postmaster.kill('SIGQUIT');
  process.once('exit', killWithUs);

  const connectionString = connectionStringOf(root, 'postgres');
  const query = async <Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) => {
    const client = new Client({ connectionString });
    await client.connect();
    try {
      return (await client.query<Row>(sql, [...values])).rows;
    } finally {
      await client.end();
    }
  };
  const serverLog = async () => (await readFile(serverLogFile, 'utf8')).slice(-4_000);
  const ready = async () => {
    const deadline = Date.now() + START_DEADLINE_MS;
    for (;;) {
      try {
        await query('SELECT 1');
        return;
      } catch (cause) {
        if (postmaster.exitCode !== null || Date.now() > deadline) {
          throw new Error(`PostgreSQL did not start: ${await serverLog()}`, { cause });
        }
        await sleep(20);
      }
    }
  };
  const stop = async () => {
    process.off('exit', killWithUs);
    await end(postmaster, 'SIGINT');
    await rm(root, { recursive: true, force: true });
  };

  try {
    await ready();
    if (options.roles === true) await runScript(binaries, root, await readFile(ROLES_SQL, 'utf8'));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    socketDir: root,
    port: PORT,
    superuser: SUPERUSER,
    dataDirectory,
    logDirectory,
    connectionString,
    get pid() {
      return postmaster.pid ?? 0;
    },
    query,
    createDatabase: async (name, template = 'template1') => {
      await query(`CREATE DATABASE ${quote(name)} TEMPLATE ${quote(template)}`);
      return connectionStringOf(root, name);
    },
    restart: async () => {
      await end(postmaster, 'SIGINT');
      postmaster = await launch(binaries, dataDirectory, serverLogFile);
      await ready();
    },
    serverLog,
    stop,
    [Symbol.asyncDispose]: stop,
  };
};

const settingsFile = (socketDir: string, logDirectory: string, options: PostgresOptions): string => {
  const settings: Record<string, string> = {
    listen_addresses: '',
    port: String(PORT),
    unix_socket_directories: socketDir,
    // Nothing here outlives the test, so nothing needs to reach a disk.
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    shared_buffers: '16MB',
    max_connections: '50',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(options.logDestinations === undefined
      ? {}
      : {
          logging_collector: 'on',
          log_destination: options.logDestinations.join(','),
          log_directory: logDirectory,
          log_file_mode: '0644',
        }),
    ...options.settings,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  return `${lines.join('\n')}\n`;
};

const launch = async (binaries: string, dataDirectory: string, logFile: string): Promise<ChildProcess> => {
  const user = databaseUser();
  const log = openSync(logFile, 'a');
  const child = spawn(join(binaries, 'postgres'), ['-D', dataDirectory], {
    ...identityOf(user),
    cwd: '/',
    env: cleanEnvironment(user),
    stdio: ['ignore', log, log],
  });
  child.on('error', () => undefined);
  return child;
};

/** SIGINT is PostgreSQL's fast shutdown; ten seconds later SIGQUIT ends it at once. */
const end = async (child: ChildProcess, signal: 'SIGINT'): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const impatient = setTimeout(() => child.kill('SIGQUIT'), 10_000);
  await exited;
  clearTimeout(impatient);
};

const runScript = (binaries: string, socketDir: string, sql: string) =>
  runAs(
    databaseUser(),
    join(binaries, 'psql'),
    ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', socketDir, '-U', SUPERUSER, '-d', 'postgres', '-f', '-'],
    { input: sql },
  );

const connectionStringOf = (socketDir: string, database: string): string =>
  `postgresql://${SUPERUSER}@/${database}?host=${encodeURIComponent(socketDir)}&port=${PORT}`;

const quote = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;
