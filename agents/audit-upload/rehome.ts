import { link, mkdir, rm } from 'node:fs/promises';
import { syncDirectory, writeFileDurably } from '@howdah/runtime/state-file';
import { chainDirectory } from './chain-directory.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type FormerHead, type Manifest, manifestBytes, sha256Of } from './manifest.ts';
import type { ChainLink } from './model.ts';
import { segmentKey } from './name.ts';
import type { Recovered, RecoverOptions } from './recovered.ts';
import { readManifest } from './sealed-manifest.ts';

/**
 * Begins a chain for another store or prefix and takes over, as its first segments, what the ended one has
 * not proven. Returns the checkpoint that makes it count; until that is written, the ended chain stands.
 */
export const rehome = async (
  ended: Recovered,
  { stateDir, newChain, destination, prefix }: RecoverOptions,
): Promise<Checkpoint> => {
  const chain = newChain();
  const into = chainDirectory(stateDir, chain);
  await mkdir(into.sealed, { recursive: true, mode: 0o700 });
  const follows = headOf(ended);
  const unproven = unprovenOf(ended);
  let previous: ChainLink | undefined;
  let records = 0;
  for (const [index, former] of unproven.entries()) {
    const manifest = continued(await readManifest(ended.directory, former), {
      chain,
      sequence: index + 1,
      previous,
      follows,
      prefix,
    });
    await link(ended.directory.segment(former), into.segment(manifest.sequence));
    const bytes = manifestBytes(manifest);
    await writeFileDurably(into.manifest(manifest.sequence), bytes);
    previous = { sequence: manifest.sequence, sha256: sha256Of(bytes) };
    records += manifest.records;
  }
  const open = { ...ended.checkpoint.open, sequence: unproven.length + 1 };
  if (open.bytes > 0)
    await link(ended.directory.openSegment(ended.checkpoint.open.sequence), into.openSegment(open.sequence));
  await syncDirectory(into.path);
  const { previous: _, follows: __, ...kept } = ended.checkpoint;
  return {
    ...kept,
    ...{ chain, destination, follows, open },
    collected: records + open.records,
    ...(previous === undefined ? {} : { previous }),
  };
};

/** After the new checkpoint: of the ended chain only its ledger stays, which tells what was proven where. */
export const removeUnproven = async (ended: Recovered): Promise<void> => {
  await rm(ended.directory.sealed, { recursive: true, force: true });
  await rm(ended.directory.openSegment(ended.checkpoint.open.sequence), { force: true });
};

/** A chain of which nothing was proven leaves no trace in a store: what it followed is followed still. */
const headOf = ({ checkpoint, ledger: { head } }: Recovered): FormerHead => {
  const { chain, follows } = checkpoint;
  if (head === undefined) return follows ?? { chain, sequence: 0, why: 'destination-changed' };
  return { chain, sequence: head.sequence, sha256: head.manifest.sha256, why: 'destination-changed' };
};

const unprovenOf = ({ checkpoint, ledger }: Recovered): readonly number[] => {
  const proven = ledger.head?.sequence ?? 0;
  return Array.from({ length: checkpoint.open.sequence - 1 - proven }, (_, index) => proven + 1 + index);
};

interface Place {
  readonly chain: string;
  readonly sequence: number;
  readonly previous: ChainLink | undefined;
  readonly follows: FormerHead;
  readonly prefix: string;
}

/** The same segment under its new number and key. */
const continued = (former: Manifest, { chain, sequence, previous, follows, prefix }: Place): Manifest => {
  const { follows: _, previous: __, ...kept } = former;
  const key = segmentKey(prefix, chain, sequence, new Date(former.sealedAt), former.segment.sha256);
  return {
    ...kept,
    ...{ chain, sequence, previous: previous ?? null },
    ...(previous === undefined ? { follows } : {}),
    segment: { ...former.segment, key },
  };
};
