import { rowCollector } from './collector.ts';
import { columns } from './columns.ts';

const locks = columns('pg_locks', ['datname', 'mode'], {
  count: ['gauge', 'Locks held or awaited.'],
});

const locksSql = `
  SELECT d.datname::text AS datname, m.mode, coalesce(l.count, 0)::float8 AS count
    FROM (VALUES ('accesssharelock'), ('rowsharelock'), ('rowexclusivelock'), ('shareupdateexclusivelock'),
                 ('sharelock'), ('sharerowexclusivelock'), ('exclusivelock'), ('accessexclusivelock'),
                 ('sireadlock')) AS m (mode)
   CROSS JOIN pg_database AS d
    LEFT JOIN (SELECT database, lower(mode) AS mode, count(*) AS count
                 FROM pg_locks
                WHERE database IS NOT NULL
                GROUP BY 1, 2) AS l ON l.database = d.oid AND l.mode = m.mode
   ORDER BY d.oid, m.mode`;

export const locksCollector = rowCollector({
  id: 'locks',
  statement: () => ({ what: 'reading pg_locks', text: locksSql, row: locks.row }),
  samples: locks.samples,
});
