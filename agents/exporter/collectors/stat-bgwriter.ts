import type { ServerFacts } from '../model.ts';
import { rowCollector } from './collector.ts';
import { type ColumnFamilies, columns } from './columns.ts';

const everywhere: ColumnFamilies = {
  buffers_clean_total: ['counter', 'Buffers written by the background writer.'],
  maxwritten_clean_total: ['counter', 'Cleaning scans stopped because too many buffers were written.'],
  buffers_alloc_total: ['counter', 'Buffers allocated.'],
  stats_reset_total: ['counter', 'When these statistics were reset, in Unix seconds.'],
};
const bgwriterBefore17 = columns('pg_stat_bgwriter', [], {
  ...everywhere,
  checkpoints_timed_total: ['counter', 'Scheduled checkpoints performed.'],
  checkpoints_req_total: ['counter', 'Requested checkpoints performed.'],
  checkpoint_write_time_total: ['counter', 'Milliseconds spent writing files during checkpoints.'],
  checkpoint_sync_time_total: ['counter', 'Milliseconds spent synchronizing files during checkpoints.'],
  buffers_checkpoint_total: ['counter', 'Buffers written during checkpoints.'],
  buffers_backend_total: ['counter', 'Buffers written by backends themselves.'],
  buffers_backend_fsync_total: ['counter', 'Times a backend had to call fsync itself.'],
});
const bgwriter = columns('pg_stat_bgwriter', [], everywhere);

const bgwriterSqlBefore17 = `
  SELECT buffers_clean::float8 AS buffers_clean_total,
         maxwritten_clean::float8 AS maxwritten_clean_total,
         buffers_alloc::float8 AS buffers_alloc_total,
         extract(epoch FROM stats_reset)::float8 AS stats_reset_total,
         checkpoints_timed::float8 AS checkpoints_timed_total,
         checkpoints_req::float8 AS checkpoints_req_total,
         checkpoint_write_time::float8 AS checkpoint_write_time_total,
         checkpoint_sync_time::float8 AS checkpoint_sync_time_total,
         buffers_checkpoint::float8 AS buffers_checkpoint_total,
         buffers_backend::float8 AS buffers_backend_total,
         buffers_backend_fsync::float8 AS buffers_backend_fsync_total
    FROM pg_stat_bgwriter`;

/** PostgreSQL 17 moved the checkpoints to pg_stat_checkpointer and the backends' writes to pg_stat_io. */
const bgwriterSql = `
  SELECT buffers_clean::float8 AS buffers_clean_total,
         maxwritten_clean::float8 AS maxwritten_clean_total,
         buffers_alloc::float8 AS buffers_alloc_total,
         extract(epoch FROM stats_reset)::float8 AS stats_reset_total
    FROM pg_stat_bgwriter`;

const has17 = (facts: ServerFacts): boolean => facts.versionNum >= 170_000;

export const statBgwriterCollector = rowCollector({
  id: 'stat_bgwriter',
  statement: (facts) => ({
    what: 'reading pg_stat_bgwriter',
    text: has17(facts) ? bgwriterSql : bgwriterSqlBefore17,
    row: (has17(facts) ? bgwriter : bgwriterBefore17).row,
  }),
  samples: bgwriterBefore17.samples,
});
