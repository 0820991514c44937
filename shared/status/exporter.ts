import * as z from 'zod';
import { instant } from './common.ts';

export const exporterStatus = z.object({
  version: z.literal(1),
  /** Whether the last attempt to reach PostgreSQL succeeded (`pg_up`); absent before the first. */
  up: z.boolean().optional(),
  serverVersion: z.string().optional(),
  inRecovery: z.boolean().optional(),
  lastSampleAt: instant.optional(),
  lastSampleSeconds: z.number().nonnegative().optional(),
  series: z.int().nonnegative(),
  connections: z.int().nonnegative(),
  collectors: z.array(
    z.object({
      id: z.string(),
      ok: z.boolean(),
      durationSeconds: z.number().nonnegative().optional(),
      /** When its values were read; they are served with this age. */
      sampledAt: instant.optional(),
      /** Series that are not served because there were too many; of a custom query at least so many. */
      seriesDropped: z.int().positive().optional(),
      error: z.string().optional(),
    }),
  ),
  /** Lag of this member as a replica, in seconds; absent on a primary. */
  replicationLagSeconds: z.number().nonnegative().optional(),
});
export type ExporterStatus = z.infer<typeof exporterStatus>;
