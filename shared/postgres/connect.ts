import { once } from 'node:events';
import { Socket } from 'node:net';
import { HowdahError } from '@howdah/core/errors';
import { Client } from 'pg';
import * as z from 'zod';
import { classified } from './classify.ts';
import { addressOf } from './config.ts';
import { withDeadline } from './deadline.ts';
import { postgresErrors } from './errors.ts';
import type { Statement } from './statement.ts';

export interface SessionOptions {
  /** Directory of the unix socket (begins with a slash), or a host name. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Asked at each login, so that a rotated password is seen; absent with peer. */
  readonly readPassword?: () => Promise<string>;
  /** Speaks TLS, and no other way: the name that the certificate must carry, and its authority (PEM) where it is not one of the world's own. */
  readonly tls?: { readonly serverName: string; readonly ca?: string };
  /** `howdah_<agent>`: how a DBA recognises us in pg_stat_activity. */
  readonly applicationName: string;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  /** Default one minute. */
  readonly idleInTransactionTimeoutMs?: number;
  /** Further settings for the session, e.g. `{ default_transaction_read_only: 'on' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** One connection to PostgreSQL, one statement at a time. */
export interface Session extends AsyncDisposable {
  /** E.g. `150013` for 15.13. */
  readonly serverVersionNum: number;
  /** The pid of the server process that serves this session. */
  readonly backendPid: number;
  /** False once the connection has ended, for whatever reason; a session never comes back. */
  readonly alive: boolean;
  /**
   * Runs one statement and parses its rows.
   *
   * @throws HowdahError (see errors.ts). A server that does not answer in time, and an abort, end the session.
   */
  query<Row>(statement: Statement<Row>, signal: AbortSignal): Promise<readonly Row[]>;
  /** Ends the session, politely for a second. Never throws. */
  close(): Promise<void>;
}

/** The server's own time-outs come first; this is what we wait longer for an answer before we hang up. */
const graceMs = 1_000;

/**
 * Opens a session, asks it for its version, and so knows that it answers.
 *
 * @throws HowdahError, see errors.ts; the signal's reason when aborted.
 */
export const openSession = async (options: SessionOptions, signal: AbortSignal): Promise<Session> => {
  signal.throwIfAborted();
  const address = addressOf(options);
  // Our own socket, because ending it is the only way out when the server process is stopped.
  const socket = new Socket();
  const client = new Client({
    host: options.host,
    port: options.port,
    user: options.user,
    database: options.database,
    ...(options.readPassword === undefined ? {} : { password: options.readPassword }),
    application_name: options.applicationName,
    ssl: tlsOf(options),
    stream: () => socket,
  });
  let alive = true;
  // Without a listener, an error on an idle connection would end the process.
  client.on('error', () => {
    alive = false;
  });
  client.on('end', () => {
    alive = false;
  });
  const hangUp = () => {
    alive = false;
    socket.destroy();
  };

  try {
    await withDeadline(client.connect(), options.connectTimeoutMs, signal, () => {
      hangUp();
      return new HowdahError(
        postgresErrors.unresponsive,
        `no login at ${address} within ${options.connectTimeoutMs} ms`,
      );
    });
  } catch (error) {
    hangUp();
    signal.throwIfAborted();
    throw classified(error, `cannot log in to ${options.database} at ${address} as ${options.user}`);
  }

  const query = async <Row>(statement: Statement<Row>, querySignal: AbortSignal): Promise<readonly Row[]> => {
    querySignal.throwIfAborted();
    if (!alive) throw new HowdahError(postgresErrors.sessionLost, `the session with ${address} has ended`);
    const deadlineMs = options.statementTimeoutMs + graceMs;
    try {
      const answer = await withDeadline(
        client.query({ text: statement.text, values: [...(statement.values ?? [])] }),
        deadlineMs,
        querySignal,
        () => {
          hangUp();
          return new HowdahError(
            postgresErrors.unresponsive,
            `no answer from ${address} within ${deadlineMs} ms`,
          );
        },
      );
      return rowsOf(statement, answer.rows);
    } catch (error) {
      querySignal.throwIfAborted();
      throw classified(error, `${statement.what} failed at ${address}`);
    }
  };

  const close = async () => {
    if (alive) {
      alive = false;
      await Promise.race([
        client.end().catch(() => undefined),
        once(socket, 'close', { signal: AbortSignal.timeout(graceMs) }).catch(() => undefined),
      ]);
    }
    socket.destroy();
  };

  try {
    const [identity] = await query(introduction(settingsOf(options)), signal);
    if (identity === undefined) throw new HowdahError(postgresErrors.unexpectedRow, 'no identity row');
    return {
      serverVersionNum: identity.version_num,
      backendPid: identity.pid,
      get alive() {
        return alive;
      },
      query,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    hangUp();
    throw error;
  }
};

const tlsOf = ({ tls }: SessionOptions) =>
  tls === undefined ? false : { servername: tls.serverName, ...(tls.ca === undefined ? {} : { ca: tls.ca }) };

/**
 * Settings of the whole session, beyond its time-outs: names resolve to the system's own objects only; a
 * query whose client is gone stops (PostgreSQL 14+); no statement pays for JIT.
 */
const settingsOf = (options: SessionOptions): Readonly<Record<string, string>> => ({
  statement_timeout: `${options.statementTimeoutMs}ms`,
  lock_timeout: `${options.lockTimeoutMs}ms`,
  idle_in_transaction_session_timeout: `${options.idleInTransactionTimeoutMs ?? 60_000}ms`,
  client_connection_check_interval: '1s',
  jit: 'off',
  search_path: 'pg_catalog',
  ...options.settings,
});

/**
 * The first statement of a session: makes the settings and asks who serves it. Settings given at login would
 * replace `reset_val` in pg_settings, where the exporter reads what holds without us.
 */
const introduction = (
  settings: Readonly<Record<string, string>>,
): Statement<{ readonly version_num: number; readonly pid: number }> => ({
  what: 'making the session’s settings',
  text: `
    SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4 AS version_num,
           pg_catalog.pg_backend_pid()::pg_catalog.int4 AS pid,
           pg_catalog.count(pg_catalog.set_config(s.name, s.value, false)) AS made
      FROM pg_catalog.json_each_text($1::pg_catalog.json) AS s (name, value)`,
  values: [JSON.stringify(settings)],
  row: z.object({ version_num: z.int(), pid: z.int() }),
});

const rowsOf = <Row>(statement: Statement<Row>, rows: readonly unknown[]): readonly Row[] => {
  const parsed = z.array(statement.row).safeParse(rows);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // The path and what was wrong; never the value.
  const problem = `row ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`;
  throw new HowdahError(postgresErrors.unexpectedRow, `${statement.what}: ${problem}`);
};
