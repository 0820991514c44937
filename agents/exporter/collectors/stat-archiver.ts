import { rowCollector } from './collector.ts';
import { columns } from './columns.ts';

const archiver = columns('pg_stat_archiver', ['server'], {
  archived_count: ['counter', 'WAL files archived.'],
  failed_count: ['counter', 'Failed attempts to archive a WAL file.'],
  last_archive_age: ['gauge', 'Seconds since a WAL file was last archived; absent if none ever was.'],
});

const archiverSql = `
  SELECT archived_count::float8, failed_count::float8,
         extract(epoch FROM now() - last_archived_time)::float8 AS last_archive_age
    FROM pg_stat_archiver`;

export const statArchiverCollector = rowCollector({
  id: 'stat_archiver',
  statement: () => ({ what: 'reading pg_stat_archiver', text: archiverSql, row: archiver.row }),
  samples: archiver.samples,
});
