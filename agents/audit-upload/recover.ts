import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { Backlog, type BacklogEntry } from './backlog.ts';
import { type ChainDirectory, chainDirectory, sequenceOfFile } from './chain-directory.ts';
import { type Checkpoint, checkpointFile, freshCheckpoint } from './checkpoint.ts';
import { auditErrors } from './errors.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { shorter } from './open-segment.ts';
import { prune } from './prune.ts';

/** Everything that survived the last stop, put in order. */
export interface Recovered {
  readonly checkpoint: Checkpoint;
  readonly directory: ChainDirectory;
  readonly ledger: Ledger;
  readonly backlog: Backlog;
  /** Chains that lie here from before the checkpoint was lost, each with what it left; nothing touches them. */
  readonly otherChains: readonly string[];
}

/**
 * Reads the state directory after a stop at any moment:
 * what the checkpoint does not count is removed, what the ledger proves is pruned, the rest waits for the store.
 *
 * @param newChain a name for the chain that begins when there is no checkpoint
 */
export const recover = async (stateDir: string, newChain: () => string): Promise<Recovered> => {
  const file = checkpointFile(stateDir);
  let checkpoint = await file.read();
  if (checkpoint === undefined) {
    checkpoint = freshCheckpoint(newChain());
    await file.write(checkpoint);
  }
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
  const chains = await readdir(join(stateDir, 'chains'));
  return {
    checkpoint,
    directory,
    ledger,
    backlog: new Backlog(entries),
    otherChains: chains.filter((chain) => chain !== checkpoint.chain),
  };
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

export const readManifest = async (directory: ChainDirectory, sequence: number): Promise<Manifest> => {
  const path = directory.manifest(sequence);
  const parsed = parseManifest(
    await readFile(path).catch((cause: unknown) => {
      throw new HowdahError(auditErrors.stateDamaged, `cannot read ${path}`, { cause });
    }),
  );
  if (!parsed.ok) throw new HowdahError(auditErrors.stateDamaged, `${path}: ${parsed.problem}`);
  return parsed.manifest;
};

export const entryOf = (manifest: Manifest): BacklogEntry => ({
  sequence: manifest.sequence,
  bytes: manifest.segment.bytes,
  records: manifest.records,
  since: manifest.collectedSince,
  sealedAt: manifest.sealedAt,
});

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
