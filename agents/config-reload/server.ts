import type { Session } from '@howdah/postgres/connect';
import type { Statement } from '@howdah/postgres/statement';
import * as z from 'zod';
import {
  type FileRow,
  fileSettingsStatement,
  type HbaError,
  hbaErrorsStatement,
  type ServerSetting,
  settingsStatement,
} from './server-settings.ts';

/** A custom setting of ours in the applied file: the digest of the sources that it was made of. */
export const markerName = 'howdah.applied';

/** Facts that change seldom. */
export interface ServerFacts {
  readonly hbaFile: string;
  /** The main postgresql.conf, which under Patroni is Patroni's. */
  readonly configFile: string;
  readonly hasTls: boolean;
  /** Of the postmaster; changes with each restart. */
  readonly startedAt: string;
  /** {@link markerName} as new sessions have it; null when the applied file is not read or has none. */
  readonly marker: string | null;
}

/** A value that holds in one database, or for all roles, whatever the files say. */
export interface DatabaseOverride {
  /** Null: everywhere. */
  readonly database: string | null;
  readonly name: string;
  readonly value: string;
}

/** What this agent sees of the server in one session. */
export interface ServerView {
  readonly major: number;
  readonly facts: ServerFacts;
  /** By name in lower case. */
  readonly settings: ReadonlyMap<string, ServerSetting>;
  readonly files: readonly FileRow[];
  readonly overrides: readonly DatabaseOverride[];
  /** Extensions whose files are installed; a preloaded library usually has the name of its extension. */
  readonly extensions: ReadonlySet<string>;
  /** Roles of which a role is a member, directly or not. */
  readonly groupsOf: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Everything that checking and comparing need, in one session. */
export const viewServer = async (session: Session, signal: AbortSignal): Promise<ServerView> => {
  const facts = await onlyRow(session, factsStatement, signal);
  // pg_settings before pg_file_settings: reading the latter changes pending_restart in this session.
  const settings = await session.query(settingsStatement, signal);
  const files = await session.query(fileSettingsStatement, signal);
  const overrides = await session.query(overridesStatement, signal);
  const extensions = await session.query(extensionsStatement, signal);
  const memberships = await session.query(membershipsStatement, signal);
  const groupsOf = new Map<string, Set<string>>();
  for (const { member, group } of memberships)
    groupsOf.set(member, (groupsOf.get(member) ?? new Set()).add(group));
  return {
    major: Math.floor(session.serverVersionNum / 10_000),
    facts,
    settings: byLowerName(settings),
    files,
    overrides,
    extensions: new Set(extensions.map(({ name }) => name)),
    groupsOf,
  };
};

/** The server's verdict on the files that are on disk now, before any reload. */
export interface Verdict {
  readonly files: readonly FileRow[];
  readonly hba: readonly HbaError[];
  /** Settings, in lower case, whose value on disk is right and waits for a restart. */
  readonly waitsForRestart: ReadonlySet<string>;
}

export const judgeFiles = async (session: Session, signal: AbortSignal): Promise<Verdict> => {
  const files = await session.query(fileSettingsStatement, signal);
  const settings = await session.query(settingsStatement, signal);
  return {
    files,
    hba: await session.query(hbaErrorsStatement, signal),
    waitsForRestart: new Set(
      settings.filter(({ pendingRestart }) => pendingRestart).map(({ name }) => name.toLowerCase()),
    ),
  };
};

/** Asks for a reload, which the server does a moment later. */
export const requestReload = async (session: Session, signal: AbortSignal): Promise<void> => {
  await onlyRow(session, reloadStatement, signal);
};

/** What the server's configuration was when the session began. */
export interface LoadedConf {
  readonly marker: string | null;
  /** When the configuration files were last loaded. */
  readonly loadedAt: string;
}

/** Cheap enough to ask several times while a reload is on its way. */
export const readLoadedConf = (session: Session, signal: AbortSignal): Promise<LoadedConf> =>
  onlyRow(session, loadedStatement, signal);

const byLowerName = (settings: readonly ServerSetting[]): ReadonlyMap<string, ServerSetting> =>
  new Map(settings.map((setting) => [setting.name.toLowerCase(), setting]));

const onlyRow = async <Row>(
  session: Session,
  statement: Statement<Row>,
  signal: AbortSignal,
): Promise<Row> => {
  const [row] = await session.query(statement, signal);
  if (row === undefined) throw new Error(`${statement.what} gave no row`);
  return row;
};

const factsStatement: Statement<ServerFacts> = {
  what: 'reading where the server’s files are',
  text: `
    SELECT current_setting('hba_file') AS "hbaFile",
           current_setting('config_file') AS "configFile",
           current_setting('ssl')::boolean AS "hasTls",
           pg_catalog.pg_postmaster_start_time()::text AS "startedAt",
           nullif(current_setting('${markerName}', true), '') AS marker`,
  row: z.object({
    hbaFile: z.string(),
    configFile: z.string(),
    hasTls: z.boolean(),
    startedAt: z.string(),
    marker: z.string().nullable(),
  }),
};

const loadedStatement: Statement<LoadedConf> = {
  what: 'asking whether the reload has happened',
  text: `
    SELECT nullif(current_setting('${markerName}', true), '') AS marker,
           pg_catalog.pg_conf_load_time()::text AS "loadedAt"`,
  row: z.object({ marker: z.string().nullable(), loadedAt: z.string() }),
};

const reloadStatement: Statement<{ readonly sent: boolean }> = {
  what: 'asking for a reload',
  text: 'SELECT pg_catalog.pg_reload_conf() AS sent',
  row: z.object({ sent: z.literal(true) }),
};

/** Values set for single roles are somebody's decision about that role, and no drift. */
const overridesStatement: Statement<DatabaseOverride> = {
  what: 'reading pg_db_role_setting',
  text: `
    SELECT d.datname AS database,
           split_part(entry, '=', 1) AS name,
           substr(entry, strpos(entry, '=') + 1) AS value
      FROM pg_catalog.pg_db_role_setting s
      LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
     CROSS JOIN LATERAL unnest(s.setconfig) AS entry
     WHERE s.setrole = 0
     ORDER BY 1, 2
     LIMIT 1000`,
  row: z.object({ database: z.string().nullable(), name: z.string(), value: z.string() }),
};

const extensionsStatement: Statement<{ readonly name: string }> = {
  what: 'reading pg_available_extensions',
  text: 'SELECT name::text AS name FROM pg_catalog.pg_available_extensions',
  row: z.object({ name: z.string() }),
};

/** As pg_hba.conf counts membership: through other roles, and not by being a superuser. */
const membershipsStatement: Statement<{ readonly member: string; readonly group: string }> = {
  what: 'reading memberships of roles',
  text: `
    WITH RECURSIVE membership(member, "group") AS (
      SELECT member, roleid FROM pg_catalog.pg_auth_members
      UNION
      SELECT m.member, above.roleid
        FROM membership m JOIN pg_catalog.pg_auth_members above ON above.member = m."group")
    SELECT r.rolname::text AS member, g.rolname::text AS "group"
      FROM membership m
      JOIN pg_catalog.pg_roles r ON r.oid = m.member
      JOIN pg_catalog.pg_roles g ON g.oid = m."group"
     LIMIT 10000`,
  row: z.object({ member: z.string(), group: z.string() }),
};
