import { join } from 'node:path';
import { type StateFile, stateFile } from '@howdah/runtime/state-file';
import * as z from 'zod';
import { formerHead } from './manifest.ts';

const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const recordMark = z.object({ file: z.string(), offset: count, logTime: z.string().exactOptional() });

/** See docs/formats/audit-state.md. */
const checkpointSchema = z.object({
  format: z.literal(1),
  chain: z.string().min(1),
  /** Store and prefix that this chain goes to; another one begins another chain. */
  destination: z.string(),
  /** The chain that this one continues; kept until its first manifest says so. */
  follows: formerHead.exactOptional(),
  /** Records in all segments of this chain, the open one included. */
  collected: count,
  /** Of those, kept as they stand because they could not be read. */
  raw: count,
  open: z.object({
    sequence: z.int().positive(),
    bytes: count,
    records: count,
    since: z.string().exactOptional(),
    first: recordMark.exactOptional(),
    last: recordMark.exactOptional(),
  }),
  /** The newest sealed segment's manifest; absent before the first. */
  previous: z.object({ sequence: z.int().positive(), sha256 }).exactOptional(),
  files: z.array(
    z.object({
      source: z.enum(['csvlog', 'audit-file']),
      name: z.string(),
      inode: z.number(),
      fingerprint: z.object({ bytes: z.int().positive(), sha256 }),
      offset: count,
    }),
  ),
});

/**
 * Positions in the log and length of the open segment in one file: they move together, in one atomic write,
 * so after a crash the log is read again from exactly where the open segment ends.
 */
export type Checkpoint = z.infer<typeof checkpointSchema>;

export const checkpointFile = (stateDir: string): StateFile<Checkpoint> =>
  stateFile(join(stateDir, 'checkpoint.json'), checkpointSchema);

export const freshCheckpoint = (chain: string, destination: string): Checkpoint => ({
  format: 1,
  chain,
  destination,
  collected: 0,
  raw: 0,
  open: { sequence: 1, bytes: 0, records: 0 },
  files: [],
});
