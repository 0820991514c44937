import { setTimeout as delay } from 'node:timers/promises';
import { HowdahError } from '@howdah/core/errors';
import { usePostgres } from '@howdah/testing/pg-test';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { openSession, type Session, type SessionOptions } from './connect.ts';
import type { Statement } from './statement.ts';

const server = usePostgres({
  roles: true,
  settings: { max_connections: '8', superuser_reserved_connections: '3' },
});
const never = new AbortController().signal;

const options = (changes: Partial<SessionOptions> = {}): SessionOptions => ({
  host: server().socketDir,
  port: server().port,
  user: 'howdah_monitor',
  database: 'postgres',
  applicationName: 'howdah_test',
  connectTimeoutMs: 2_000,
  statementTimeoutMs: 1_000,
  lockTimeoutMs: 200,
  ...changes,
});

const sql = (text: string): Statement<Record<string, unknown>> => ({
  what: 'trying',
  text,
  row: z.record(z.string(), z.unknown()),
});

const codeOf = async (attempt: Promise<unknown>): Promise<string> => {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof HowdahError ? error.code : `not a HowdahError: ${String(error)}`;
};

/** Stops a process for the time of `work`, as a hung machine would. */
const whileStopped = async (pid: number, work: () => Promise<void>): Promise<void> => {
  process.kill(pid, 'SIGSTOP');
  try {
    await work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
};

describe('a session', () => {
  it('knows the server’s version and shows itself by name, with its time-outs in force', async () => {
    await using session = await openSession(
      options({ settings: { default_transaction_read_only: 'on' } }),
      never,
    );
    expect(session.serverVersionNum).toBeGreaterThanOrEqual(150_000);
    const [row] = await session.query(
      sql(`SELECT current_setting('application_name') AS name, current_setting('statement_timeout') AS statement,
                  current_setting('lock_timeout') AS lock, current_setting('search_path') AS path,
                  current_setting('transaction_read_only') AS read_only,
                  current_setting('idle_in_transaction_session_timeout') AS idle`),
      never,
    );
    expect(row).toEqual({
      name: 'howdah_test',
      statement: '1s',
      lock: '200ms',
      path: 'pg_catalog',
      read_only: 'on',
      idle: '1min',
    });
  });

  it('goes on after a statement that took too long, waited for a lock, or was not allowed', async () => {
    await server().query('CREATE TABLE locked (i int)');
    await server().query('GRANT SELECT ON locked TO howdah_monitor');
    await using holder = await openSession(options({ user: 'postgres' }), never);
    await holder.query(sql('BEGIN'), never);
    await holder.query(sql('LOCK TABLE public.locked IN ACCESS EXCLUSIVE MODE'), never);
    await using session = await openSession(options(), never);
    expect(await codeOf(session.query(sql('SELECT pg_sleep(5)'), never))).toBe(
      'HOWDAH_POSTGRES_STATEMENT_TIMEOUT',
    );
    expect(await codeOf(session.query(sql('SELECT * FROM public.locked'), never))).toBe(
      'HOWDAH_POSTGRES_LOCK_TIMEOUT',
    );
    expect(await codeOf(session.query(sql('SELECT pg_reload_conf()'), never))).toBe(
      'HOWDAH_POSTGRES_PERMISSION_DENIED',
    );
    expect(await codeOf(session.query(sql('SELECT nonsense'), never))).toBe(
      'HOWDAH_POSTGRES_STATEMENT_FAILED',
    );
    expect(await session.query(sql('SELECT 1 AS one'), never)).toEqual([{ one: 1 }]);
  });

  it('refuses rows of another shape, naming the field and not the value', async () => {
    await using session = await openSession(options(), never);
    const statement = {
      what: 'reading ages',
      text: `SELECT 'hunter2' AS age`,
      row: z.object({ age: z.number() }),
    };
    await expect(session.query(statement, never)).rejects.toThrow(/reading ages: row 0\.age/);
    await expect(session.query(statement, never)).rejects.not.toThrow(/hunter2/);
  });

  it('ends, and says so, when an administrator ends it; the process goes on', async () => {
    await using session = await openSession(options(), never);
    await server().query('SELECT pg_terminate_backend($1)', [session.backendPid]);
    await expect.poll(() => session.alive, { timeout: 10_000 }).toBe(false);
    expect(await codeOf(session.query(sql('SELECT 1'), never))).toBe('HOWDAH_POSTGRES_SESSION_LOST');
  });

  it('does not wait for a stopped server process past its own deadline', async () => {
    await using session = await openSession(options({ statementTimeoutMs: 200 }), never);
    await whileStopped(session.backendPid, async () => {
      expect(await codeOf(session.query(sql('SELECT 1'), never))).toBe('HOWDAH_POSTGRES_UNRESPONSIVE');
      expect(session.alive).toBe(false);
    });
  });

  it('does not wait for a login at a stopped server', async () => {
    await whileStopped(server().pid, async () => {
      const attempt = openSession(options({ connectTimeoutMs: 300 }), never);
      expect(await codeOf(attempt)).toBe('HOWDAH_POSTGRES_UNRESPONSIVE');
    });
  });

  it('gives a statement up at once when told to stop, and the server stops it too', async () => {
    await using session = await openSession(options({ statementTimeoutMs: 20_000 }), never);
    const stop = new AbortController();
    const attempt = session.query(sql('SELECT pg_sleep(15)'), stop.signal);
    const asked = expect(attempt).rejects.toThrow('enough');
    await delay(50);
    stop.abort(new Error('enough'));
    await asked;
    await expect
      .poll(
        async () =>
          await server().query('SELECT pid FROM pg_stat_activity WHERE pid = $1', [session.backendPid]),
        { timeout: 5_000 },
      )
      .toEqual([]);
  });

  it('names each way a login can fail', async () => {
    expect(await codeOf(openSession(options({ host: '/nowhere' }), never))).toBe(
      'HOWDAH_POSTGRES_UNREACHABLE',
    );
    expect(await codeOf(openSession(options({ database: 'nosuch' }), never))).toBe(
      'HOWDAH_POSTGRES_DATABASE_MISSING',
    );
    expect(await codeOf(openSession(options({ user: 'nobody' }), never))).toBe(
      'HOWDAH_POSTGRES_LOGIN_REFUSED',
    );
    const sessions: Session[] = [];
    try {
      for (let taken = 0; taken < 2; taken += 1) sessions.push(await openSession(options(), never));
      expect(await codeOf(openSession(options(), never))).toBe('HOWDAH_POSTGRES_TOO_MANY_CONNECTIONS');
    } finally {
      for (const session of sessions) await session.close();
    }
  });
});
