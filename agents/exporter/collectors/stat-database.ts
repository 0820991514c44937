import { rowCollector } from './collector.ts';
import { columns } from './columns.ts';

const database = columns('pg_stat_database', ['datid', 'datname'], {
  numbackends: ['gauge', 'Backends connected to this database now.'],
  xact_commit: ['counter', 'Transactions committed.'],
  xact_rollback: ['counter', 'Transactions rolled back.'],
  blks_read: ['counter', 'Blocks read from below the buffer cache.'],
  blks_hit: ['counter', 'Blocks found in the buffer cache.'],
  tup_returned: ['counter', 'Rows read by scans.'],
  tup_fetched: ['counter', 'Rows fetched by index scans.'],
  tup_inserted: ['counter', 'Rows inserted.'],
  tup_updated: ['counter', 'Rows updated.'],
  tup_deleted: ['counter', 'Rows deleted.'],
  conflicts: ['counter', 'Queries cancelled by conflicts with recovery; on replicas only.'],
  temp_files: ['counter', 'Temporary files made by queries.'],
  temp_bytes: ['counter', 'Bytes written to temporary files.'],
  deadlocks: ['counter', 'Deadlocks detected.'],
  blk_read_time: ['counter', 'Milliseconds spent reading blocks, with track_io_timing.'],
  blk_write_time: ['counter', 'Milliseconds spent writing blocks, with track_io_timing.'],
  stats_reset: ['counter', 'When these statistics were reset, in Unix seconds; absent if they never were.'],
  active_time_seconds_total: ['counter', 'Seconds spent executing statements.'],
});

/** The row of the shared objects (datid 0, no name) is no database. */
const databaseSql = `
  SELECT datid::text AS datid, datname::text AS datname, numbackends::float8,
         xact_commit::float8, xact_rollback::float8, blks_read::float8, blks_hit::float8,
         tup_returned::float8, tup_fetched::float8, tup_inserted::float8, tup_updated::float8,
         tup_deleted::float8, conflicts::float8, temp_files::float8, temp_bytes::float8, deadlocks::float8,
         blk_read_time::float8, blk_write_time::float8,
         extract(epoch FROM stats_reset)::float8 AS stats_reset,
         (active_time / 1000)::float8 AS active_time_seconds_total
    FROM pg_stat_database AS s
   WHERE datname IS NOT NULL
   ORDER BY s.datid`;

export const statDatabaseCollector = rowCollector({
  id: 'stat_database',
  statement: () => ({ what: 'reading pg_stat_database', text: databaseSql, row: database.row }),
  samples: database.samples,
});
