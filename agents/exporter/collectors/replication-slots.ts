import { rowCollector } from './collector.ts';
import { columns } from './columns.ts';

const slots = columns('pg_replication_slots', ['database', 'server', 'slot_name'], {
  active: ['gauge', '1 while somebody uses the slot.'],
  pg_wal_lsn_diff: ['gauge', 'Bytes of WAL that the slot keeps.'],
});

const slotsSql = `
  SELECT slot_name::text AS slot_name, database::text AS database,
         active::int4::float8 AS active,
         pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn()
                              ELSE pg_current_wal_lsn() END, restart_lsn)::float8 AS pg_wal_lsn_diff
    FROM pg_replication_slots AS s
   ORDER BY s.slot_name`;

/** postgres_exporter's older metrics of slots; {@link ./replication-slot.ts} has the newer. */
export const replicationSlotsCollector = rowCollector({
  id: 'replication_slots',
  statement: () => ({ what: 'reading pg_replication_slots', text: slotsSql, row: slots.row }),
  samples: slots.samples,
});
