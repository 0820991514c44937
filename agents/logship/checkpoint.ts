import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { severities } from '@howdah/pglog/severity';
import { runtimeErrors } from '@howdah/runtime/errors';
import { type StateFile, stateFile } from '@howdah/runtime/state-file';
import * as z from 'zod';
import { noCounts } from './count.ts';
import { logshipErrors } from './errors.ts';

const count = z.int().nonnegative();
const severityCounts = z.partialRecord(z.enum(severities), count);

const filePosition = z.object({
  name: z.string(),
  device: z.string(),
  inode: z.string(),
  offsetBytes: count,
  fingerprint: z.object({ lengthBytes: count, sha256: z.string() }),
});

/** Where a sink's own output stood; see `Sink.flush`. */
const sinkMark = z.object({ inode: z.string(), lengthBytes: count });
export type SinkMark = z.infer<typeof sinkMark>;

/**
 * Everything that the agent must remember, in one file that is replaced as a whole: how far each log file was
 * delivered and what was counted up to there move together, so no crash can double or lose a count.
 */
const checkpoint = z.object({
  format: z.literal(1),
  files: z.array(filePosition),
  counts: z.object({
    read: count,
    shipped: count,
    raw: count,
    rejected: count,
    cut: count,
    files: z.array(z.object({ file: z.string(), severities: severityCounts })),
    retired: severityCounts,
    retiredFiles: count,
  }),
  sinks: z.record(z.string(), z.object({ shipped: count, mark: sinkMark.optional() })),
});
export type Checkpoint = z.infer<typeof checkpoint>;

export const emptyCheckpoint: Checkpoint = {
  format: 1,
  files: [],
  counts: { ...noCounts, files: [] },
  sinks: {},
};

const fileName = 'checkpoint.json';

export const checkpointFile = (stateDir: string): StateFile<Checkpoint> =>
  stateFile<Checkpoint>(join(stateDir, fileName), checkpoint);

export interface RestoredCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Where a damaged one was put; reading then begins anew, and ids make what is shipped again harmless. */
  readonly damaged?: string;
}

/** The last checkpoint. A damaged one is set aside; one of a newer format is refused. */
export const restoreCheckpoint = async (stateDir: string): Promise<RestoredCheckpoint> => {
  try {
    return { checkpoint: (await checkpointFile(stateDir).read()) ?? emptyCheckpoint };
  } catch (error) {
    if (!(error instanceof HowdahError) || error.code !== runtimeErrors.stateDamaged.code) throw error;
    const path = join(stateDir, fileName);
    if (isNewer(await readFile(path, 'utf8'))) {
      throw new HowdahError(logshipErrors.checkpointNewer, `${path} has a newer format`, { cause: error });
    }
    await rename(path, `${path}.damaged`);
    return { checkpoint: emptyCheckpoint, damaged: `${path}.damaged` };
  }
};

const versioned = z.object({ format: z.number().gt(1) });

const isNewer = (text: string): boolean => {
  try {
    return versioned.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
};
