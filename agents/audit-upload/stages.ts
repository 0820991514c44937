import { readFile, rm } from 'node:fs/promises';
import type { ObjectStore, PutOutcome } from '@howdah/objectstore/store';
import type { ChainDirectory } from './chain-directory.ts';
import { type Checkpoint, checkpointFile } from './checkpoint.ts';
import { type CollectBounds, type Collected, collect } from './collect.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import type { LogFiles } from './log-files.ts';
import type { Manifest } from './manifest.ts';
import type { LogPosition, SegmentLine } from './model.ts';
import { appendLines } from './open-segment.ts';
import { type ProofOutcome, prove } from './prove.ts';
import { prune } from './prune.ts';
import { type Sealed, type SealInput, seal } from './seal.ts';
import { uploadManifest, uploadSegment } from './upload.ts';

/** Each thing that the agent does to a disk or a store, one by one; a crash may come between any two. */
export interface Stages {
  collect(positions: readonly LogPosition[], signal: AbortSignal): Promise<Collected | undefined>;
  append(path: string, length: number, lines: readonly SegmentLine[]): Promise<void>;
  /** Makes what was collected, or sealed, count. */
  commit(checkpoint: Checkpoint): Promise<void>;
  seal(input: SealInput, signal: AbortSignal): Promise<Sealed>;
  removeOpen(directory: ChainDirectory, sequence: number): Promise<void>;
  uploadSegment(directory: ChainDirectory, manifest: Manifest, signal: AbortSignal): Promise<PutOutcome>;
  uploadManifest(manifest: Manifest, bytes: Buffer, signal: AbortSignal): Promise<PutOutcome>;
  prove(key: string, sha256: string, signal: AbortSignal): Promise<ProofOutcome>;
  record(ledger: Ledger, entry: LedgerEntry): Promise<void>;
  prune(directory: ChainDirectory, sequence: number): Promise<void>;
  readManifest(directory: ChainDirectory, sequence: number): Promise<Buffer>;
  /** After a failure: nothing that was looked at counts as seen. */
  forget(): void;
  close(): Promise<void>;
}

export interface StagesInput {
  readonly stateDir: string;
  readonly prefix: string;
  readonly files: LogFiles;
  readonly bounds: CollectBounds;
  /** Called with the first upload, and again when it rejected. */
  readonly openStore: () => Promise<ObjectStore>;
}

export const createStages = ({ stateDir, prefix, files, bounds, openStore }: StagesInput): Stages => {
  const checkpoint = checkpointFile(stateDir);
  let opened: Promise<ObjectStore> | undefined;
  const store = (): Promise<ObjectStore> => {
    opened ??= openStore().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    collect: (positions, signal) => collect(files, positions, signal, bounds),
    append: appendLines,
    commit: (next) => checkpoint.write(next),
    seal,
    removeOpen: (directory, sequence) => rm(directory.openSegment(sequence), { force: true }),
    uploadSegment: async (directory, manifest, signal) =>
      uploadSegment(await store(), directory, manifest, signal),
    uploadManifest: async (manifest, bytes, signal) =>
      uploadManifest(await store(), prefix, manifest, bytes, signal),
    prove: async (key, sha256, signal) => prove(await store(), key, sha256, signal),
    record: (ledger, entry) => ledger.append(entry),
    prune,
    readManifest: (directory, sequence) => readFile(directory.manifest(sequence)),
    forget: () => files.forget(),
    close: async () => {
      const there = await opened?.catch(() => undefined);
      there?.close();
    },
  };
};
