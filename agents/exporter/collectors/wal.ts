import { rowCollector } from './collector.ts';
import { columns } from './columns.ts';

const wal = columns('pg_wal', [], {
  segments: ['gauge', 'Segments in pg_wal.'],
  size_bytes: ['gauge', 'Bytes of the segments in pg_wal.'],
});

const walSql = `
  SELECT count(*)::float8 AS segments, coalesce(sum(size), 0)::float8 AS size_bytes
    FROM pg_ls_waldir()
   WHERE name ~ '^[0-9A-F]{24}$'`;

export const walCollector = rowCollector({
  id: 'wal',
  statement: () => ({ what: 'reading pg_ls_waldir()', text: walSql, row: wal.row }),
  samples: wal.samples,
});
