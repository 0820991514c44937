import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { Backlog, type BacklogEntry } from './backlog.ts';
import { type ChainDirectory, chainDirectory, sequenceOfFile } from './chain-directory.ts';
import { type Checkpoint, checkpointFile, freshCheckpoint } from './checkpoint.ts';
import { auditErrors } from './errors.ts';
import { openLedger } from './ledger.ts';
import { shorter } from './open-segment.ts';
import { prune } from './prune.ts';
import type { Recovered, RecoverOptions } from './recovered.ts';
import { rehome, removeUnproven } from './rehome.ts';
import { entryOf, readManifest } from './sealed-manifest.ts';

/**
 * Reads the state directory after a stop at any moment:
 * what the checkpoint does not count is removed, what the ledger proves is pruned, the rest waits for the store.
 * A chain whose store or prefix has changed ends, and another takes over what is not proven.
 */
export const recover = async (options: RecoverOptions): Promise<Recovered> => {
  const { stateDir, newChain, destination } = options;
  const file = checkpointFile(stateDir);
  const found = await file.read();
  if (found === undefined) {
    const checkpoint = freshCheckpoint(newChain(), destination);
    await file.write(checkpoint);
    return recoverChain(stateDir, checkpoint);
  }
  if (found.destination === destination) return recoverChain(stateDir, found);
  const ended = await recoverChain(stateDir, found);
  const checkpoint = await rehome(ended, options);
  await file.write(checkpoint);
  await removeUnproven(ended);
  return recoverChain(stateDir, checkpoint);
};

const recoverChain = async (stateDir: string, checkpoint: Checkpoint): Promise<Recovered> => {
  const directory = chainDirectory(stateDir, checkpoint.chain);
  await mkdir(directory.sealed, { recursive: true, mode: 0o700 });
  await removeUncounted(directory, checkpoint);
  const ledger = await openLedger(directory.ledger);
  const proven = ledger.head?.sequence ?? 0;
  const entries: BacklogEntry[] = [];
  for (const sequence of await sealedSequences(directory)) {
    if (sequence <= proven) await prune(directory, sequence);
    else entries.push(entryOf(await readManifest(directory, sequence)));
  }
  checkContinuity(directory, proven, entries, checkpoint.open.sequence);
  return {
    checkpoint,
    directory,
    ledger,
    backlog: new Backlog(entries),
    otherChains: await undelivered(stateDir, checkpoint.chain),
  };
};

/** Other chains that still hold segments. */
const undelivered = async (stateDir: string, current: string): Promise<readonly string[]> => {
  const chains = (await readdir(join(stateDir, 'chains'))).filter((chain) => chain !== current);
  const kept = await Promise.all(
    chains.map(async (chain) => {
      const { path } = chainDirectory(stateDir, chain);
      const names = await readdir(path, { recursive: true });
      return names.some((name) => sequenceOfFile(basename(name)) !== undefined);
    }),
  );
  return chains.filter((_, index) => kept[index]);
};

/** Seals and segments that were begun and not committed, and segments that were committed as sealed. */
const removeUncounted = async (directory: ChainDirectory, { open }: Checkpoint): Promise<void> => {
  for (const name of await readdir(directory.path)) {
    if (name.startsWith('open-') && sequenceOfFile(name) !== open.sequence)
      await rm(join(directory.path, name), { force: true });
  }
  for (const name of await readdir(directory.sealed)) {
    const sequence = sequenceOfFile(name);
    if (name.endsWith('.tmp') || (sequence !== undefined && sequence >= open.sequence))
      await rm(join(directory.sealed, name), { force: true });
  }
  const path = directory.openSegment(open.sequence);
  const size = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  if (size < open.bytes) throw shorter(path, size, open.bytes);
};

const sealedSequences = async (directory: ChainDirectory): Promise<readonly number[]> => {
  const sequences = (await readdir(directory.sealed)).map(sequenceOfFile);
  return [...new Set(sequences.filter((sequence) => sequence !== undefined))].sort((a, b) => a - b);
};

/** Every number from the last proven to the open one is there: else a segment vanished from this disk. */
const checkContinuity = (
  directory: ChainDirectory,
  proven: number,
  entries: readonly BacklogEntry[],
  open: number,
): void => {
  const here = new Set(entries.map(({ sequence }) => sequence));
  let missing: number | undefined;
  for (let sequence = open - 1; sequence > proven; sequence -= 1) if (!here.has(sequence)) missing = sequence;
  if (missing !== undefined)
    throw new HowdahError(
      auditErrors.stateDamaged,
      `segment ${missing} was sealed and not proven, and is not in ${directory.sealed}`,
    );
  if (proven >= open)
    throw new HowdahError(
      auditErrors.stateDamaged,
      `the ledger proves segment ${proven}, and the checkpoint says ${open} is still open: one of them is older`,
    );
};
