import * as z from 'zod';
import { instant } from './common.ts';

export const logshipStatus = z.object({
  version: z.literal(1),
  logDirectory: z.string(),
  counts: z.object({
    /** Every record that was framed. */
    read: z.int().nonnegative(),
    shipped: z.int().nonnegative(),
    /** Kept as raw bytes because it could not be parsed. */
    raw: z.int().nonnegative(),
    rejected: z.int().nonnegative(),
  }),
  /** By severity as PostgreSQL writes it (ERROR, WARNING …), over all files. */
  severities: z.record(z.string(), z.int().nonnegative()),
  files: z.array(
    z.object({
      name: z.string(),
      sizeBytes: z.int().nonnegative(),
      /** Up to here everything is counted and durably delivered. */
      offsetBytes: z.int().nonnegative(),
    }),
  ),
  backlogBytes: z.int().nonnegative(),
  lastRecordAt: instant.optional(),
  sinks: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      ok: z.boolean(),
      shipped: z.int().nonnegative(),
      backlogBytes: z.int().nonnegative(),
      lastShippedAt: instant.optional(),
      error: z.string().optional(),
    }),
  ),
});
export type LogshipStatus = z.infer<typeof logshipStatus>;
