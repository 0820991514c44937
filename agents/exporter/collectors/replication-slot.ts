import * as z from 'zod';
import type { Family, Sample } from '../model.ts';
import { rowCollector } from './collector.ts';
import { columns } from './columns.ts';

const labels = ['slot_name', 'slot_type'];
const slot = columns('pg_replication_slot', labels, {
  slot_current_wal_lsn: ['gauge', 'WAL position of this server, in bytes.'],
  slot_confirmed_flush_lsn: ['gauge', 'Position up to which the reader of a logical slot has confirmed.'],
  slot_is_active: ['gauge', '1 while somebody uses the slot.'],
  safe_wal_size_bytes: ['gauge', 'Bytes of WAL that may follow before the slot is lost.'],
});
const walStatus: Family = {
  name: 'pg_replication_slot_wal_status',
  type: 'gauge',
  help: 'Whether the WAL that the slot claims is there, in the label wal_status; always 1.',
  labels: [...labels, 'wal_status'],
};

const slotRow = z.object({
  slot_name: z.string(),
  slot_type: z.string(),
  slot_current_wal_lsn: z.number().nullable(),
  slot_confirmed_flush_lsn: z.number().nullable(),
  slot_is_active: z.number(),
  safe_wal_size_bytes: z.number().nullable(),
  wal_status: z.string().nullable(),
});

const slotSql = `
  SELECT slot_name::text AS slot_name, slot_type,
         (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() - '0/0'
               ELSE pg_current_wal_lsn() - '0/0' END)::float8 AS slot_current_wal_lsn,
         (confirmed_flush_lsn - '0/0')::float8 AS slot_confirmed_flush_lsn,
         active::int4::float8 AS slot_is_active,
         safe_wal_size::float8 AS safe_wal_size_bytes,
         wal_status
    FROM pg_replication_slots AS s
   ORDER BY s.slot_name`;

export const replicationSlotCollector = rowCollector({
  id: 'replication_slot',
  statement: () => ({ what: 'reading pg_replication_slots', text: slotSql, row: slotRow }),
  samples: ({ wal_status, ...row }, facts): readonly Sample[] => [
    ...slot.samples(row, facts),
    ...(wal_status === null
      ? []
      : [{ family: walStatus, labels: [row.slot_name, row.slot_type, wal_status], value: 1 }]),
  ],
});
