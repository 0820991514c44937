import { HowdahError } from '@howdah/core/errors';
import { postgresErrors } from '@howdah/postgres/errors';
import type { Statement } from '@howdah/postgres/statement';
import * as z from 'zod';
import type { RunStatement, ServerFacts } from './model.ts';

const identityRow = z.object({
  version_num: z.int(),
  version: z.string(),
  in_recovery: z.boolean(),
  lag: z.number().nullable(),
  last_replay: z.number().nullable(),
});

/**
 * Asked at the start of every cycle, so a promotion is seen within one. A replica that has replayed all it
 * received has no lag, as long as it is connected to its source: cut off, it lags by the age of what it
 * replayed last (postgres_exporter says 0 there).
 */
export const identitySql: Statement<z.infer<typeof identityRow>> = {
  what: 'asking the server who it is',
  text: `
    SELECT current_setting('server_version_num')::int4 AS version_num,
           version() AS version,
           r.in_recovery,
           (CASE WHEN NOT r.in_recovery THEN 0
                 WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
                      AND EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming') THEN 0
                 ELSE r.replay_age END)::float8 AS lag,
           (CASE WHEN r.in_recovery THEN r.replay_age END)::float8 AS last_replay
      FROM (SELECT pg_is_in_recovery() AS in_recovery,
                   extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) AS replay_age) AS r`,
  row: identityRow,
};

/** @throws HowdahError when the server does not answer. */
export const identify = async (run: RunStatement, address: string): Promise<ServerFacts> => {
  const [row] = await run(identitySql);
  if (row === undefined) throw new HowdahError(postgresErrors.unexpectedRow, `${identitySql.what}: no row`);
  return {
    address,
    versionNum: row.version_num,
    version: row.version,
    inRecovery: row.in_recovery,
    ...(row.lag === null ? {} : { lagSeconds: Math.max(0, row.lag) }),
    ...(row.last_replay === null ? {} : { lastReplaySeconds: Math.max(0, row.last_replay) }),
  };
};
