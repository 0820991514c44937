import { rowCollector } from './collector.ts';
import { columns } from './columns.ts';

const activity = columns(
  'pg_stat_activity',
  [
    'datname',
    'server',
    'state',
    'usename',
    'application_name',
    'backend_type',
    'wait_event_type',
    'wait_event',
  ],
  {
    count: ['gauge', 'Connections in this state.'],
    max_tx_duration: ['gauge', 'Age in seconds of the oldest transaction in this state.'],
  },
);

/** Every database has a row for every state, so that a state without connections is a 0 and not a gap. */
const activitySql = `
  SELECT d.datname::text AS datname, s.state, a.usename, a.application_name, a.backend_type,
         a.wait_event_type, a.wait_event,
         coalesce(a.count, 0)::float8 AS count,
         coalesce(a.max_tx_duration, 0)::float8 AS max_tx_duration
    FROM (VALUES ('active'), ('idle'), ('idle in transaction'), ('idle in transaction (aborted)'),
                 ('fastpath function call'), ('disabled')) AS s (state)
   CROSS JOIN pg_database AS d
    LEFT JOIN (
      SELECT datname, state,
             coalesce(usename::text, '') AS usename,
             coalesce(application_name, '') AS application_name,
             coalesce(backend_type, '') AS backend_type,
             coalesce(wait_event_type, '') AS wait_event_type,
             coalesce(wait_event, '') AS wait_event,
             count(*) AS count,
             max(extract(epoch FROM now() - xact_start)) AS max_tx_duration
        FROM pg_stat_activity
       GROUP BY 1, 2, 3, 4, 5, 6, 7
    ) AS a ON a.datname = d.datname AND a.state = s.state
   ORDER BY d.oid, s.state`;

export const statActivityCollector = rowCollector({
  id: 'stat_activity',
  statement: () => ({ what: 'reading pg_stat_activity', text: activitySql, row: activity.row }),
  samples: activity.samples,
});
