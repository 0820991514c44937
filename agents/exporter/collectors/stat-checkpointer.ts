import type { ServerFacts } from '../model.ts';
import { rowCollector } from './collector.ts';
import { type ColumnFamilies, columns } from './columns.ts';

const since17: ColumnFamilies = {
  num_timed_total: ['counter', 'Checkpoints that were due by time.'],
  num_requested_total: ['counter', 'Checkpoints that were requested.'],
  restartpoints_timed_total: ['counter', 'Restartpoints that were due by time, or again after a failure.'],
  restartpoints_req_total: ['counter', 'Restartpoints that were requested.'],
  restartpoints_done_total: ['counter', 'Restartpoints performed.'],
  write_time_total: ['counter', 'Milliseconds spent writing files.'],
  sync_time_total: ['counter', 'Milliseconds spent synchronizing files.'],
  buffers_written_total: ['counter', 'Buffers written during checkpoints and restartpoints.'],
  stats_reset_total: ['counter', 'When these statistics were reset, in Unix seconds.'],
};
const checkpointer17 = columns('pg_stat_checkpointer', [], since17);
const checkpointer = columns('pg_stat_checkpointer', [], {
  ...since17,
  num_done_total: ['counter', 'Checkpoints completed.'],
  slru_written_total: ['counter', 'SLRU buffers written during checkpoints and restartpoints.'],
});

const columns17 = `
         num_timed::float8 AS num_timed_total,
         num_requested::float8 AS num_requested_total,
         restartpoints_timed::float8 AS restartpoints_timed_total,
         restartpoints_req::float8 AS restartpoints_req_total,
         restartpoints_done::float8 AS restartpoints_done_total,
         write_time::float8 AS write_time_total,
         sync_time::float8 AS sync_time_total,
         buffers_written::float8 AS buffers_written_total,
         extract(epoch FROM stats_reset)::float8 AS stats_reset_total`;
const checkpointerSql17 = `SELECT ${columns17} FROM pg_stat_checkpointer`;
const checkpointerSql18 = `
  SELECT ${columns17},
         num_done::float8 AS num_done_total,
         slru_written::float8 AS slru_written_total
    FROM pg_stat_checkpointer`;

const has18 = (facts: ServerFacts): boolean => facts.versionNum >= 180_000;

/** Since PostgreSQL 17; before, pg_stat_bgwriter has these. */
export const statCheckpointerCollector = rowCollector({
  id: 'stat_checkpointer',
  statement: (facts) =>
    facts.versionNum < 170_000
      ? undefined
      : {
          what: 'reading pg_stat_checkpointer',
          text: has18(facts) ? checkpointerSql18 : checkpointerSql17,
          row: (has18(facts) ? checkpointer : checkpointer17).row,
        },
  samples: checkpointer.samples,
});
