import { chown, copyFile, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countBySeverity, createLogTable, type SeverityCounts } from '@howdah/testbed-tools/severity-counts';
import { databaseUser } from '@howdah/testing/run-as';
import { Client } from 'pg';
import type { Member } from '../cluster/member.ts';

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
    const { rows } = await client.query<{ counts: string }>(countBySeverity);
    return JSON.parse(rows[0]?.counts ?? '{}');
  } finally {
    await client.end();
    await rm(directory, { recursive: true, force: true });
  }
};
