import { createHash } from 'node:crypto';
import type { ObjectStore } from '@howdah/objectstore/store';

/** What reading an object back from the store showed. */
export type ProofOutcome =
  | { readonly outcome: 'proven' }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'differs'; readonly found: { readonly bytes: number; readonly sha256: string } };

/**
 * Reads the object at `key` to its end and hashes it: what the store says of it (size, ETag, its own
 * checksum) proves nothing.
 */
export const prove = async (
  store: ObjectStore,
  key: string,
  sha256: string,
  signal: AbortSignal,
): Promise<ProofOutcome> => {
  const object = await store.get(key, signal);
  if (object.outcome === 'absent') return { outcome: 'absent' };
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of object.body) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const found = { bytes, sha256: hash.digest('hex') };
  return found.sha256 === sha256 ? { outcome: 'proven' } : { outcome: 'differs', found };
};
