import { rowCollector } from './collector.ts';
import { columns } from './columns.ts';

const database = columns('pg_database', ['datname'], {
  size_bytes: ['gauge', 'Disk space of the database.'],
  connection_limit: ['gauge', 'Connections the database allows; -1 is no limit.'],
});

/** The size is asked of the file system, file by file: the costly part of a cycle with many tables. */
const databaseSql = `
  SELECT datname::text AS datname,
         pg_database_size(oid)::float8 AS size_bytes,
         datconnlimit::float8 AS connection_limit
    FROM pg_database AS d
   ORDER BY d.oid`;

export const databaseCollector = rowCollector({
  id: 'database',
  statement: () => ({ what: 'reading pg_database', text: databaseSql, row: database.row }),
  samples: database.samples,
});
