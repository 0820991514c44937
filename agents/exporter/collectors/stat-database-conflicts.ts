import type { ServerFacts } from '../model.ts';
import { rowCollector } from './collector.ts';
import { type ColumnFamilies, columns } from './columns.ts';

const labels = ['datid', 'datname', 'server'];
const before16: ColumnFamilies = {
  confl_tablespace: ['counter', 'Queries cancelled on a replica because a tablespace was dropped.'],
  confl_lock: ['counter', 'Queries cancelled on a replica because of lock time-outs.'],
  confl_snapshot: ['counter', 'Queries cancelled on a replica because of old snapshots.'],
  confl_bufferpin: ['counter', 'Queries cancelled on a replica because of pinned buffers.'],
  confl_deadlock: ['counter', 'Queries cancelled on a replica because of deadlocks.'],
};
const conflictsBefore16 = columns('pg_stat_database_conflicts', labels, before16);
const conflicts = columns('pg_stat_database_conflicts', labels, {
  ...before16,
  confl_active_logicalslot: ['counter', 'Uses of logical slots cancelled on a replica.'],
});

const conflictsSqlBefore16 = `
  SELECT datid::text AS datid, datname::text AS datname, confl_tablespace::float8, confl_lock::float8,
         confl_snapshot::float8, confl_bufferpin::float8, confl_deadlock::float8
    FROM pg_stat_database_conflicts AS s
   ORDER BY s.datid`;

const conflictsSql = `
  SELECT datid::text AS datid, datname::text AS datname, confl_tablespace::float8, confl_lock::float8,
         confl_snapshot::float8, confl_bufferpin::float8, confl_deadlock::float8,
         confl_active_logicalslot::float8
    FROM pg_stat_database_conflicts AS s
   ORDER BY s.datid`;

const has16 = (facts: ServerFacts): boolean => facts.versionNum >= 160_000;

export const statDatabaseConflictsCollector = rowCollector({
  id: 'stat_database_conflicts',
  statement: (facts) => ({
    what: 'reading pg_stat_database_conflicts',
    text: has16(facts) ? conflictsSql : conflictsSqlBefore16,
    row: (has16(facts) ? conflicts : conflictsBefore16).row,
  }),
  samples: conflicts.samples,
});
