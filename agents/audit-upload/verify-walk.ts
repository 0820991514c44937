import type { ObjectStore } from '@howdah/objectstore/store';
import { parseManifest, sha256Of } from './manifest.ts';
import { chainPrefix, manifestKey, sequenceOfKey } from './name.ts';
import type { ReadManifest, UnreadableManifest } from './verify-chain.ts';

export interface ManifestWalk {
  /** In the order of their numbers. */
  readonly manifests: readonly (ReadManifest | UnreadableManifest)[];
}

/** A manifest is below 2 KiB; what is larger is none. */
const largestManifestBytes = 64 * 1024;

/** Where the store cannot list, so many absent numbers in a row are taken for the end of the chain. */
const probeBeyond = 16;

/** Undefined when the store cannot list. */
export const manifestsByListing = async (
  store: ObjectStore,
  prefix: string,
  chain: string,
  signal: AbortSignal,
): Promise<ManifestWalk | undefined> => {
  const sequences: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list(chainPrefix(prefix, chain), cursor, signal);
    if (page.outcome === 'unsupported') return undefined;
    for (const key of page.keys) {
      const sequence = sequenceOfKey(prefix, chain, key);
      if (sequence !== undefined) sequences.push(sequence);
    }
    cursor = page.next;
  } while (cursor !== undefined);
  const manifests: (ReadManifest | UnreadableManifest)[] = [];
  for (const sequence of sequences.sort((a, b) => a - b)) {
    const found = await readManifest(store, prefix, chain, sequence, signal);
    if (found !== undefined) manifests.push(found);
  }
  return { manifests };
};

/** Asks for one number after the other, at least up to `atLeast`. */
export const manifestsByNumber = async (
  store: ObjectStore,
  prefix: string,
  chain: string,
  atLeast: number,
  signal: AbortSignal,
): Promise<ManifestWalk> => {
  const manifests: (ReadManifest | UnreadableManifest)[] = [];
  let last = 0;
  for (let sequence = 1; sequence <= Math.max(last + probeBeyond, atLeast); sequence += 1) {
    const found = await readManifest(store, prefix, chain, sequence, signal);
    if (found === undefined) continue;
    manifests.push(found);
    last = sequence;
  }
  return { manifests };
};

const readManifest = async (
  store: ObjectStore,
  prefix: string,
  chain: string,
  sequence: number,
  signal: AbortSignal,
): Promise<ReadManifest | UnreadableManifest | undefined> => {
  const object = await store.get(manifestKey(prefix, chain, sequence), signal);
  if (object.outcome === 'absent') return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of object.body) {
    length += chunk.length;
    if (length > largestManifestBytes)
      return { sequence, sha256: '', problem: `it has more than ${largestManifestBytes} bytes` };
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const parsed = parseManifest(bytes);
  const sha256 = sha256Of(bytes);
  return parsed.ok
    ? { sequence, sha256, manifest: parsed.manifest }
    : { sequence, sha256, problem: parsed.problem };
};
