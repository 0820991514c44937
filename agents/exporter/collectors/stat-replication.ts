import { rowCollector } from './collector.ts';
import { columns } from './columns.ts';

const replication = columns(
  'pg_stat_replication',
  ['application_name', 'client_addr', 'server', 'slot_name', 'state'],
  {
    pg_current_wal_lsn_bytes: ['gauge', 'WAL position of this server, in bytes.'],
    pg_wal_lsn_diff: ['gauge', 'Bytes of WAL that the receiver has not replayed (or not flushed) yet.'],
    reply_time: ['untyped', 'When the receiver last reported, in Unix seconds.'],
  },
);

/**
 * One row per receiver; receivers that look alike (two pg_receivewal of one host) are one series with the
 * worst values, because a series twice spoils the whole scrape. postgres_exporter 0.17 fills slot_name
 * with the pid; here it is the slot.
 */
const replicationSql = `
  SELECT coalesce(r.application_name, '') AS application_name,
         coalesce(host(r.client_addr), '') AS client_addr,
         coalesce(s.slot_name::text, '') AS slot_name,
         coalesce(r.state, '') AS state,
         max(pg_wal_lsn_diff(p.lsn, '0/0'))::float8 AS pg_current_wal_lsn_bytes,
         max(pg_wal_lsn_diff(p.lsn, coalesce(r.replay_lsn, r.flush_lsn)))::float8 AS pg_wal_lsn_diff,
         min(extract(epoch FROM r.reply_time))::float8 AS reply_time
    FROM pg_stat_replication AS r
    LEFT JOIN pg_replication_slots AS s ON s.active_pid = r.pid
   CROSS JOIN (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn()
                           ELSE pg_current_wal_lsn() END AS lsn) AS p
   GROUP BY 1, 2, 3, 4
   ORDER BY 1, 2, 3, 4`;

export const statReplicationCollector = rowCollector({
  id: 'stat_replication',
  statement: () => ({ what: 'reading pg_stat_replication', text: replicationSql, row: replication.row }),
  samples: replication.samples,
});
