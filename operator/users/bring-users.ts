import type { User } from '@howdah/kinds/access';
import type { Session } from '@howdah/postgres/connect';
import { isVerifierOf, scramVerifier } from '@howdah/postgres/scram';
import * as z from 'zod';

/** A role as it is to be, and its password. */
export interface Account {
  readonly user: User;
  readonly password: string;
}

/** https://www.postgresql.org/docs/current/catalog-pg-authid.html */
const role = z.object({
  name: z.string(),
  password: z.string().nullable(),
  attributes: z.array(z.string()),
  validUntil: z.string().nullable(),
});

const selectRoles = `
  SELECT rolname::text AS name, rolpassword::text AS password,
    ARRAY_REMOVE(ARRAY[
      CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
      CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolreplication THEN 'REPLICATION' END,
      CASE WHEN rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN NOT rolcanlogin THEN 'NOLOGIN' END,
      CASE WHEN NOT rolinherit THEN 'NOINHERIT' END], NULL)::text[] AS attributes,
    to_char(rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')::text AS "validUntil"
  FROM pg_catalog.pg_authid WHERE rolname::text = ANY ($1::text[])`;

const selectDatabases =
  'SELECT datname::text AS name FROM pg_catalog.pg_database WHERE datname::text = ANY ($1::text[])';

const selectExtensions = `
  SELECT wanted.name FROM (VALUES ('pgaudit'), ('pg_stat_statements')) AS wanted (name)
  WHERE wanted.name = ANY (
      pg_catalog.regexp_split_to_array(pg_catalog.current_setting('shared_preload_libraries'), '[ ,]+'))
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = wanted.name)`;

/**
 * Makes the extensions of what is preloaded, in the database of the session: as on a new cluster, where that is
 * done once, when auditing is turned on later. @returns what was done, in words.
 */
export const bringExtensions = async (session: Session, signal: AbortSignal): Promise<readonly string[]> => {
  const missing = await session.query(
    { what: 'reading extensions', text: selectExtensions, row: z.object({ name: z.string() }) },
    signal,
  );
  for (const { name } of missing) {
    const text = `CREATE EXTENSION IF NOT EXISTS ${identifier(name)}`;
    await session.query({ what: `CREATE EXTENSION ${name}`, text, row: z.unknown() }, signal);
  }
  return missing.map(({ name }) => `extension ${name} was made`);
};

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Every attribute, said or not: one that is taken out of the spec is taken back. */
const attributes = ['SUPERUSER', 'CREATEDB', 'CREATEROLE', 'REPLICATION', 'BYPASSRLS'] as const;

const optionsOf = ({ options, validUntil }: User): string =>
  [
    ...attributes.map((attribute) => (options.includes(attribute) ? attribute : `NO${attribute}`)),
    options.includes('NOLOGIN') ? 'NOLOGIN' : 'LOGIN',
    options.includes('NOINHERIT') ? 'NOINHERIT' : 'INHERIT',
    `VALID UNTIL ${validUntil === undefined ? "'infinity'" : literal(validUntil)}`,
  ].join(' ');

const isAsWanted = (found: z.infer<typeof role>, { user, password }: Account): boolean => {
  const wantedUntil =
    user.validUntil === undefined
      ? undefined
      : new Date(user.validUntil).toISOString().replace(/\.\d+Z$/, 'Z');
  const until = found.validUntil === 'infinity' || found.validUntil === null ? undefined : found.validUntil;
  return (
    found.password !== null &&
    isVerifierOf(found.password, password) &&
    until === wantedUntil &&
    JSON.stringify(found.attributes.toSorted()) === JSON.stringify(user.options.toSorted())
  );
};

/**
 * Makes roles and databases what they are to be, in a session of the superuser on the primary. A role or database
 * that the spec no longer names stays: whether it still holds anything, only a person knows.
 *
 * @returns what was done, in words.
 */
export const bringUsers = async (
  session: Session,
  accounts: readonly Account[],
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const done: string[] = [];
  const names = accounts.map(({ user }) => user.name);
  const roles = await session.query(
    { what: 'reading roles', text: selectRoles, values: [names], row: role },
    signal,
  );
  const execute = (what: string, text: string) => session.query({ what, text, row: z.unknown() }, signal);
  for (const account of accounts) {
    const { user, password } = account;
    const found = roles.find(({ name }) => name === user.name);
    if (found !== undefined && isAsWanted(found, account)) continue;
    const verb = found === undefined ? 'CREATE' : 'ALTER';
    await execute(
      `${verb} ROLE ${user.name}`,
      `${verb} ROLE ${identifier(user.name)} ${optionsOf(user)} PASSWORD ${literal(scramVerifier(password))}`,
    );
    done.push(`role ${user.name} was ${found === undefined ? 'made' : 'changed'}`);
  }
  const wanted = accounts.flatMap(({ user }) => user.databases.map((name) => ({ name, owner: user.name })));
  const values = [wanted.map(({ name }) => name)];
  const databases = await session.query(
    { what: 'reading databases', text: selectDatabases, values, row: z.object({ name: z.string() }) },
    signal,
  );
  const there = new Set(databases.map(({ name }) => name));
  for (const { name, owner } of wanted) {
    if (there.has(name)) continue;
    there.add(name);
    await execute(
      `CREATE DATABASE ${name}`,
      `CREATE DATABASE ${identifier(name)} OWNER ${identifier(owner)}`,
    );
    done.push(`database ${name} was made`);
  }
  return done;
};
