import type { ObjectStore, PutOutcome } from '@howdah/objectstore/store';
import type { ChainDirectory } from './chain-directory.ts';
import { type Manifest, sha256Of } from './manifest.ts';
import { manifestKey } from './name.ts';

/** Uploads the segment; `exists` when an earlier try came so far. */
export const uploadSegment = (
  store: ObjectStore,
  directory: ChainDirectory,
  { sequence, segment }: Manifest,
  signal: AbortSignal,
): Promise<PutOutcome> =>
  store.put(
    segment.key,
    { path: directory.segment(sequence), sizeBytes: segment.bytes },
    { createOnly: true, sha256: segment.sha256, contentType: 'application/gzip' },
    signal,
  );

/** Uploads the manifest, after its segment: who finds a manifest finds what it names. */
export const uploadManifest = (
  store: ObjectStore,
  prefix: string,
  { chain, sequence }: Manifest,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<PutOutcome> =>
  store.put(
    manifestKey(prefix, chain, sequence),
    { bytes },
    { createOnly: true, sha256: sha256Of(bytes), contentType: 'application/json' },
    signal,
  );
