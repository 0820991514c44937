import { chown, copyFile, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseUser } from '@howdah/testing/run-as';
import { Client } from 'pg';
import type { Member } from '../cluster/member.ts';

/** Records by severity of one csvlog file. */
export type SeverityCounts = Readonly<Record<string, number>>;

/** The table of PostgreSQL's manual, "Using CSV-Format Log Output", for 14 and later. */
const createLogTable = `CREATE TEMPORARY TABLE log (
  log_time text, user_name text, database_name text, process_id text, connection_from text, session_id text,
  session_line_num text, command_tag text, session_start_time text, virtual_transaction_id text,
  transaction_id text, error_severity text, sql_state_code text, message text, detail text, hint text,
  internal_query text, internal_query_pos text, context text, query text, query_pos text, location text,
  application_name text, backend_type text, leader_pid text, query_id text)`;

/**
 * Counts the records in the first `bytes` bytes of a csvlog file by PostgreSQL's own CSV reader: a parser
 * that shares nothing with ours.
 */
export const countByCopy = async (member: Member, file: string, bytes: number): Promise<SeverityCounts> => {
  const { uid, gid } = databaseUser();
  const directory = await mkdtemp(join(tmpdir(), 'howdah-count-'));
  const copy = join(directory, file);
  const client = new Client({ connectionString: member.connectionString(), query_timeout: 60_000 });
  client.on('error', () => undefined);
  try {
    await copyFile(join(member.logDirectory, file), copy);
    await truncate(copy, bytes);
    await chown(directory, uid, gid);
    await chown(copy, uid, gid);
    await client.connect();
    await client.query(createLogTable);
    await client.query(`COPY log FROM '${copy}' (FORMAT csv)`);
    const { rows } = await client.query<{ severity: string; records: string }>(
      'SELECT error_severity AS severity, count(*)::text AS records FROM log GROUP BY error_severity',
    );
    return Object.fromEntries(rows.map(({ severity, records }) => [severity, Number(records)]));
  } finally {
    await client.end();
    await rm(directory, { recursive: true, force: true });
  }
};
