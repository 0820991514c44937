import { rm } from 'node:fs/promises';
import type { ChainDirectory } from './chain-directory.ts';

/**
 * Removes the local copy of a segment that stands in the ledger, the manifest last: as long as it is there,
 * a restart knows that something is left to remove.
 */
export const prune = async (directory: ChainDirectory, sequence: number): Promise<void> => {
  await rm(directory.segment(sequence), { force: true });
  await rm(directory.manifest(sequence), { force: true });
};
