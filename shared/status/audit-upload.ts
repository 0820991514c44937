import * as z from 'zod';
import { instant } from './common.ts';

export const auditUploadStatus = z.object({
  version: z.literal(1),
  chain: z.object({
    /** One chain per member and state directory, e.g. `pg-0-01j…`. */
    id: z.string(),
    /** Sequence number of the newest segment that was read back from the store; 0 before the first. */
    head: z.int().nonnegative(),
    /** sha256 of that segment's manifest. */
    headHash: z.string().optional(),
  }),
  store: z.object({
    kind: z.enum(['s3', 'azure', 'gcs', 'web', 'volume']),
    location: z.string(),
    reachable: z.boolean().optional(),
    error: z.string().optional(),
  }),
  records: z.object({
    /** AUDIT records taken out of the log. */
    collected: z.int().nonnegative(),
    /** Of those, in segments that were read back from the store. */
    proven: z.int().nonnegative(),
  }),
  /** Not yet sealed. */
  open: z.object({ records: z.int().nonnegative(), bytes: z.int().nonnegative(), since: instant.optional() }),
  /** Sealed and not yet proven to be in the store. */
  backlog: z.object({
    segments: z.int().nonnegative(),
    bytes: z.int().nonnegative(),
    oldestSealedAt: instant.optional(),
  }),
  lastProven: z
    .object({
      sequence: z.int().positive(),
      key: z.string(),
      records: z.int().nonnegative(),
      bytes: z.int().nonnegative(),
      at: instant,
    })
    .optional(),
});
export type AuditUploadStatus = z.infer<typeof auditUploadStatus>;
