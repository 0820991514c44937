import { columns } from './columns.ts';
import { tablesCollector, tablesSql } from './user-tables.ts';

const tables = columns('pg_stat_user_tables', ['datname', 'schemaname', 'relname'], {
  seq_scan: ['counter', 'Sequential scans of this table.'],
  seq_tup_read: ['counter', 'Live rows read by sequential scans.'],
  idx_scan: ['counter', 'Index scans of this table.'],
  idx_tup_fetch: ['counter', 'Live rows fetched by index scans.'],
  n_tup_ins: ['counter', 'Rows inserted.'],
  n_tup_upd: ['counter', 'Rows updated.'],
  n_tup_del: ['counter', 'Rows deleted.'],
  n_tup_hot_upd: ['counter', 'Rows updated without touching an index.'],
  n_live_tup: ['gauge', 'Live rows, estimated.'],
  n_dead_tup: ['gauge', 'Dead rows, estimated.'],
  n_mod_since_analyze: ['gauge', 'Rows changed since the last analyze, estimated.'],
  last_vacuum: ['gauge', 'When a VACUUM by hand ended, in Unix seconds; absent if none did.'],
  last_autovacuum: ['gauge', 'When autovacuum last vacuumed, in Unix seconds; absent if it never did.'],
  last_analyze: ['gauge', 'When an ANALYZE by hand ended, in Unix seconds; absent if none did.'],
  last_autoanalyze: ['gauge', 'When autovacuum last analyzed, in Unix seconds; absent if it never did.'],
  vacuum_count: ['counter', 'VACUUMs by hand.'],
  autovacuum_count: ['counter', 'VACUUMs by autovacuum.'],
  analyze_count: ['counter', 'ANALYZEs by hand.'],
  autoanalyze_count: ['counter', 'ANALYZEs by autovacuum.'],
  size_bytes: ['gauge', 'Disk space of the table with indexes and TOAST; absent while it is locked.'],
});

/**
 * pg_total_relation_size() waits for whoever locks the table, its TOAST table or one of their indexes in
 * ACCESS EXCLUSIVE mode, and everybody else's samples with it. Those tables have no size this time.
 */
const lockedTables = `
  locked AS MATERIALIZED (
    SELECT relation AS oid FROM pg_locks
     WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock'
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  ),
  locked_or_part AS MATERIALIZED (
    SELECT oid FROM locked
    UNION SELECT i.indrelid FROM pg_index AS i WHERE i.indexrelid IN (SELECT oid FROM locked)
  ),
  busy AS MATERIALIZED (
    SELECT oid FROM locked_or_part
    UNION SELECT c.oid FROM pg_class AS c WHERE c.reltoastrelid IN (SELECT oid FROM locked_or_part)
  )`;

const tablesText = tablesSql(
  'pg_stat_user_tables',
  // Partitioned tables too: nobody but a person analyzes them, and their last_analyze tells when.
  `'r', 'm', 'p'`,
  `t.seq_scan::float8, t.seq_tup_read::float8,
         coalesce(t.idx_scan, 0)::float8 AS idx_scan, coalesce(t.idx_tup_fetch, 0)::float8 AS idx_tup_fetch,
         t.n_tup_ins::float8, t.n_tup_upd::float8, t.n_tup_del::float8, t.n_tup_hot_upd::float8,
         t.n_live_tup::float8, t.n_dead_tup::float8, t.n_mod_since_analyze::float8,
         extract(epoch FROM t.last_vacuum)::float8 AS last_vacuum,
         extract(epoch FROM t.last_autovacuum)::float8 AS last_autovacuum,
         extract(epoch FROM t.last_analyze)::float8 AS last_analyze,
         extract(epoch FROM t.last_autoanalyze)::float8 AS last_autoanalyze,
         t.vacuum_count::float8, t.autovacuum_count::float8,
         t.analyze_count::float8, t.autoanalyze_count::float8,
         (CASE WHEN t.relid NOT IN (SELECT oid FROM busy)
               THEN pg_total_relation_size(t.relid) END)::float8 AS size_bytes`,
  lockedTables,
);

export const statUserTablesCollector = tablesCollector(
  'stat_user_tables',
  'pg_stat_user_tables',
  tablesText,
  tables,
);
