import * as z from 'zod';
import type { Collector } from '../model.ts';
import type { Columns } from './columns.ts';

/**
 * The largest tables of the connected database, at most $1, by the planner's own estimate (no lock, no file
 * is touched), and how many there are. The statistics view is asked table by table (`OFFSET 0` keeps the
 * condition inside), because it would otherwise be built for all tables before the limit.
 */
const chosenTables = (kinds: string): string => `
  chosen AS MATERIALIZED (
    SELECT c.oid, count(*) OVER () AS of_tables
      FROM pg_class AS c
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relkind IN (${kinds})
       AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_(catalog|toast)'
     ORDER BY c.relpages DESC, c.oid
     LIMIT $1
  )`;

/**
 * A statement over the chosen tables' rows `t` of `view`; `$1` is the largest number of tables.
 *
 * @param kinds `relkind`s that the view has, as SQL; one it has not would count as left out.
 */
export const tablesSql = (view: string, kinds: string, select: string, before = ''): string => `
  WITH ${chosenTables(kinds)}${before === '' ? '' : `, ${before}`}
  SELECT chosen.of_tables::float8 AS of_tables, current_database()::text AS datname,
         t.schemaname::text AS schemaname, t.relname::text AS relname, ${select}
    FROM chosen
   CROSS JOIN LATERAL (SELECT * FROM ${view} AS v WHERE v.relid = chosen.oid OFFSET 0) AS t`;

const ofTables = z.object({ of_tables: z.number() });

export const tablesCollector = (id: string, view: string, text: string, columns: Columns): Collector => ({
  id,
  read: async (run, facts, maxSeries) => {
    const maxTables = Math.floor(maxSeries / columns.width);
    const row = ofTables.and(columns.row);
    const rows = await run({ what: `reading ${view}`, text, values: [maxTables], row });
    const tables = rows[0]?.of_tables ?? 0;
    return {
      groups: rows.map((each) => columns.samples(each, facts)),
      leftOut: Math.max(0, tables - rows.length) * columns.width,
    };
  },
});
