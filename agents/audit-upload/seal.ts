import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { HowdahError } from '@howdah/core/errors';
import { syncDirectory, writeFileDurably } from '@howdah/runtime/state-file';
import type { ChainDirectory } from './chain-directory.ts';
import { auditErrors } from './errors.ts';
import { type FormerHead, type Manifest, manifestBytes, sha256Of } from './manifest.ts';
import type { ChainLink, OpenSegment } from './model.ts';
import { segmentKey } from './name.ts';
import { shorter } from './open-segment.ts';

export interface SealRule {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** Whether the open segment is full or old enough. An empty one is never sealed. */
export const isDue = (open: OpenSegment, rule: SealRule, now: Date): boolean =>
  open.since !== undefined &&
  (open.bytes >= rule.maxBytes || now.getTime() - Date.parse(open.since) >= rule.maxAgeMs);

export interface SealInput {
  readonly directory: ChainDirectory;
  readonly open: OpenSegment;
  readonly previous: ChainLink | undefined;
  /** Of the chain, while it has no manifest yet. */
  readonly follows: FormerHead | undefined;
  readonly chain: string;
  readonly prefix: string;
  readonly member: string;
  readonly now: Date;
}

export interface Sealed {
  readonly manifest: Manifest;
  readonly link: ChainLink;
}

/**
 * Compresses the open segment and writes its manifest beside it, both durably. Does not count before the
 * checkpoint says that the next segment is open; done twice, it begins anew.
 */
export const seal = async (input: SealInput, signal: AbortSignal): Promise<Sealed> => {
  const { directory, open: segment, previous, follows, chain, prefix, member, now } = input;
  const { sequence, first, last, since } = segment;
  if (first === undefined || last === undefined || since === undefined)
    throw new TypeError('an empty segment is not sealed');
  try {
    const packed = await compress(directory, segment, signal);
    const manifest: Manifest = {
      format: 1,
      chain,
      sequence,
      previous: previous ?? null,
      ...(previous === undefined && follows !== undefined ? { follows } : {}),
      member,
      sealedAt: now.toISOString(),
      segment: {
        key: segmentKey(prefix, chain, sequence, now, packed.sha256),
        compression: 'gzip',
        ...packed,
      },
      records: segment.records,
      collectedSince: since,
      first,
      last,
    };
    const bytes = manifestBytes(manifest);
    await writeFileDurably(directory.manifest(sequence), bytes);
    return { manifest, link: { sequence, sha256: sha256Of(bytes) } };
  } catch (error) {
    if (signal.aborted || error instanceof HowdahError) throw error;
    throw new HowdahError(
      auditErrors.stateUnwritable,
      `cannot seal segment ${sequence} in ${directory.path}`,
      {
        cause: error,
      },
    );
  }
};

type Packed = Pick<Manifest['segment'], 'bytes' | 'sha256' | 'contentBytes' | 'contentSha256'>;

const compress = async (
  directory: ChainDirectory,
  { sequence, bytes: length }: OpenSegment,
  signal: AbortSignal,
): Promise<Packed> => {
  const source = directory.openSegment(sequence);
  const target = directory.segment(sequence);
  const temporary = `${target}.tmp`;
  const content = measure();
  const packed = measure();
  await pipeline(
    // Only what the checkpoint counts; a crash may have left more behind it.
    createReadStream(source, { end: length - 1 }),
    content.stream,
    createGzip(),
    packed.stream,
    createWriteStream(temporary, { mode: 0o600 }),
    { signal },
  );
  const { bytes: contentBytes, sha256: contentSha256 } = content.result();
  if (contentBytes !== length) throw shorter(source, contentBytes, length);
  const file = await open(temporary, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, target);
  await syncDirectory(dirname(target));
  return { ...packed.result(), contentBytes, contentSha256 };
};

/** Counts and hashes what flows through. */
const measure = () => {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, result: () => ({ bytes, sha256: hash.digest('hex') }) };
};
