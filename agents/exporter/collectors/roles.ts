import { rowCollector } from './collector.ts';
import { columns } from './columns.ts';

const roles = columns('pg_roles', ['rolname'], {
  connection_limit: ['gauge', 'Connections the role may have at a time; -1 is no limit.'],
});

const rolesSql = `
  SELECT rolname::text AS rolname, rolconnlimit::float8 AS connection_limit
    FROM pg_roles AS r
   ORDER BY r.oid`;

export const rolesCollector = rowCollector({
  id: 'roles',
  statement: () => ({ what: 'reading pg_roles', text: rolesSql, row: roles.row }),
  samples: roles.samples,
});
