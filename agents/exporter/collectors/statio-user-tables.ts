import { columns } from './columns.ts';
import { tablesCollector, tablesSql } from './user-tables.ts';

const tables = columns('pg_statio_user_tables', ['datname', 'schemaname', 'relname'], {
  heap_blocks_read: ['counter', 'Blocks of the table read from below the buffer cache.'],
  heap_blocks_hit: ['counter', 'Blocks of the table found in the buffer cache.'],
  idx_blocks_read: ['counter', 'Blocks of its indexes read from below the buffer cache.'],
  idx_blocks_hit: ['counter', 'Blocks of its indexes found in the buffer cache.'],
  toast_blocks_read: ['counter', 'Blocks of its TOAST table read from below the buffer cache.'],
  toast_blocks_hit: ['counter', 'Blocks of its TOAST table found in the buffer cache.'],
  tidx_blocks_read: ['counter', 'Blocks of its TOAST indexes read from below the buffer cache.'],
  tidx_blocks_hit: ['counter', 'Blocks of its TOAST indexes found in the buffer cache.'],
});

/** Of an index or TOAST table that does not exist no block is ever read: a true 0. */
const tablesText = tablesSql(
  'pg_statio_user_tables',
  `'r', 'm'`,
  `t.heap_blks_read::float8 AS heap_blocks_read, t.heap_blks_hit::float8 AS heap_blocks_hit,
         coalesce(t.idx_blks_read, 0)::float8 AS idx_blocks_read, coalesce(t.idx_blks_hit, 0)::float8 AS idx_blocks_hit,
         coalesce(t.toast_blks_read, 0)::float8 AS toast_blocks_read, coalesce(t.toast_blks_hit, 0)::float8 AS toast_blocks_hit,
         coalesce(t.tidx_blks_read, 0)::float8 AS tidx_blocks_read, coalesce(t.tidx_blks_hit, 0)::float8 AS tidx_blocks_hit`,
);

export const statioUserTablesCollector = tablesCollector(
  'statio_user_tables',
  'pg_statio_user_tables',
  tablesText,
  tables,
);
