import type { User } from '@howdah/kinds/access';
import { openSession } from '@howdah/postgres/connect';
import { isVerifierOf, scramVerifier } from '@howdah/postgres/scram';
import { usePostgres } from '@howdah/testing/pg-test';
import { describe, expect, it } from 'vitest';
import { type Account, bringExtensions, bringUsers } from './bring-users.ts';

const server = usePostgres({ settings: { log_statement: 'all', shared_preload_libraries: 'pgaudit' } });
const never = new AbortController().signal;

const connect = () =>
  openSession(
    {
      ...{ host: server().socketDir, port: server().port, user: 'postgres', database: 'postgres' },
      ...{ applicationName: 'test', connectTimeoutMs: 5_000, statementTimeoutMs: 5_000 },
      lockTimeoutMs: 1_000,
    },
    never,
  );

const bring = async (...accounts: Account[]) => {
  await using session = await connect();
  return await bringUsers(session, accounts, never);
};

const user = (name: string, more: Partial<User> = {}): User => ({
  name,
  databases: [],
  options: [],
  ...more,
});

describe('roles and databases', () => {
  it('are made once, and are found as they should be the next time', async () => {
    const account = { user: user('app "one"', { databases: ['app'] }), password: "it's" };
    expect(await bring(account)).toEqual(['role app "one" was made', 'database app was made']);
    expect(await bring(account)).toEqual([]);
    const [owner] = await server().query(
      `SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = 'app'`,
    );
    expect(owner).toEqual({ owner: 'app "one"' });
  });

  it('get a new password and other attributes, which are taken back with the spec', async () => {
    await bring({ user: user('two', { options: ['CREATEDB'] }), password: 'old' });
    expect(await bring({ user: user('two', { options: ['CREATEDB'] }), password: 'new' })).toEqual([
      'role two was changed',
    ]);
    expect(
      await bring({ user: user('two', { validUntil: '2030-01-01T00:00:00+01:00' }), password: 'new' }),
    ).toEqual(['role two was changed']);
    const [role] = await server().query(
      `SELECT rolcreatedb, rolvaliduntil FROM pg_authid WHERE rolname = 'two'`,
    );
    expect(role).toEqual({ rolcreatedb: false, rolvaliduntil: new Date('2029-12-31T23:00:00Z') });
  });

  it('never tell the password to the server’s log', async () => {
    await bring({ user: user('three'), password: 'never-to-be-seen' });
    expect(await server().serverLog()).toContain('CREATE ROLE');
    expect(await server().serverLog()).not.toContain('never-to-be-seen');
  });
});

describe('extensions', () => {
  it('are made of what is preloaded, once', async () => {
    await using session = await connect();
    expect(await bringExtensions(session, never)).toEqual(['extension pgaudit was made']);
    expect(await bringExtensions(session, never)).toEqual([]);
  });
});

describe('a verifier', () => {
  it('is what PostgreSQL itself makes of the password', async () => {
    await server().query("CREATE ROLE itself LOGIN PASSWORD 'päss wörd'");
    const [{ rolpassword } = { rolpassword: '' }] = await server().query<{ rolpassword: string }>(
      `SELECT rolpassword FROM pg_authid WHERE rolname = 'itself'`,
    );
    expect(isVerifierOf(rolpassword, 'päss wörd')).toBe(true);
    expect(isVerifierOf(rolpassword, 'pass word')).toBe(false);
    expect(isVerifierOf(scramVerifier('päss wörd'), 'päss wörd')).toBe(true);
  });
});
