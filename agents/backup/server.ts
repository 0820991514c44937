import { HowdahError } from '@howdah/core/errors';
import { openSession, type SessionOptions } from '@howdah/postgres/connect';
import { postgresErrors } from '@howdah/postgres/errors';
import type { Statement } from '@howdah/postgres/statement';
import * as z from 'zod';
import type { ArchiverWord, ClusterWord, Server } from './ports.ts';
import { timelineOf } from './wal.ts';

/** pg_walfile_name fails in recovery; a replica writes no WAL of its own to name. */
const recoverySql = `
SELECT pg_is_in_recovery() AS in_recovery,
       CASE WHEN NOT pg_is_in_recovery() THEN pg_walfile_name(pg_current_wal_lsn()) END AS current_wal`;

const recoveryStatement: Statement<{ readonly in_recovery: boolean; readonly current_wal: string | null }> = {
  what: 'asking whether the server is in recovery',
  text: recoverySql,
  row: z.object({ in_recovery: z.boolean(), current_wal: z.string().nullable() }),
};

/**
 * pg_stat_archiver may be read by everybody, data_directory by pg_read_all_settings. statement_timestamp() is before
 * the positions are read, so that what was committed by then stands before them.
 */
const archiverSql = `
SELECT extract(epoch FROM statement_timestamp())::float8 AS "askedAt",
       CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn()::text END AS "currentLsn",
       CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_insert_lsn()::text END AS "insertLsn",
       CASE WHEN NOT pg_is_in_recovery() THEN pg_walfile_name(pg_current_wal_lsn()) END AS "currentWal",
       pg_size_bytes(current_setting('wal_segment_size'))::float8 AS "segmentBytes",
       current_setting('data_directory') AS "dataDirectory",
       last_archived_wal AS "lastArchivedWal",
       extract(epoch FROM last_archived_time)::float8 AS "lastArchivedAt",
       last_failed_wal AS "lastFailedWal",
       extract(epoch FROM last_failed_time)::float8 AS "lastFailedAt"
  FROM pg_stat_archiver`;

interface ArchiverRow extends Omit<ArchiverWord, 'timeline'> {
  readonly currentWal: string | null;
}

const archiverStatement: Statement<ArchiverRow> = {
  what: 'reading pg_stat_archiver',
  text: archiverSql,
  row: z.object({
    askedAt: z.number(),
    currentLsn: z.string().nullable(),
    insertLsn: z.string().nullable(),
    currentWal: z.string().nullable(),
    segmentBytes: z.number().positive(),
    dataDirectory: z.string(),
    lastArchivedWal: z.string().nullable(),
    lastArchivedAt: z.number().nullable(),
    lastFailedWal: z.string().nullable(),
    lastFailedAt: z.number().nullable(),
  }),
};

/** Everybody may execute pg_control_system(); the identifier is unsigned, and the server's type for it is not. */
const clusterSql = `
SELECT (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
       current_setting('server_version_num')::int / 10000 AS "majorVersion"`;

const clusterStatement: Statement<ClusterWord> = {
  what: 'asking which cluster the server is of',
  text: clusterSql,
  row: z.object({
    systemIdentifier: z
      .string()
      .regex(/^-?\d+$/)
      .transform((text) => String(BigInt.asUintN(64, BigInt(text)))),
    majorVersion: z.int().positive(),
  }),
};

/** PostgreSQL as the agent asks it: a connection for one question, closed with the answer. */
export const createServer = (session: SessionOptions): Server => {
  const ask = async <Row>(statement: Statement<Row>, signal: AbortSignal): Promise<Row> => {
    await using connection = await openSession(session, signal);
    const [row] = await connection.query(statement, signal);
    if (row === undefined) throw new HowdahError(postgresErrors.unexpectedRow, `${statement.what}: no row`);
    return row;
  };
  return {
    recovery: async (signal) => {
      const row = await ask(recoveryStatement, signal);
      const timeline = row.current_wal === null ? undefined : timelineOf(row.current_wal);
      return { inRecovery: row.in_recovery, ...(timeline === undefined ? {} : { timeline }) };
    },
    cluster: (signal) => ask(clusterStatement, signal),
    archiver: async (signal) => {
      const { currentWal, ...row } = await ask(archiverStatement, signal);
      return { ...row, timeline: (currentWal === null ? undefined : timelineOf(currentWal)) ?? null };
    },
  };
};
