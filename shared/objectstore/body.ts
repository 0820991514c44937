import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { HowdahError } from '@howdah/core/errors';
import { storeErrors } from './errors.ts';
import type { ObjectBody } from './store.ts';

export const sizeOf = (body: ObjectBody): number => ('bytes' in body ? body.bytes.length : body.sizeBytes);

/**
 * The body in parts of exactly `partBytes` (the last one shorter; none when empty). A body that does not
 * hash to `sha256` ends in HOWDAH_STORE_DIGEST_MISMATCH **instead of its last part**, so that no adapter can
 * complete an upload of it.
 */
export async function* partsOf(
  body: ObjectBody,
  sha256: string,
  partBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash('sha256');
  let held: Buffer | undefined;
  for await (const part of 'bytes' in body
    ? slices(body.bytes, partBytes)
    : fileParts(body.path, partBytes)) {
    hash.update(part);
    if (held !== undefined) yield held;
    held = part;
  }
  const found = hash.digest('hex');
  if (found !== sha256) {
    throw new HowdahError(
      storeErrors.digestRefused,
      `the body to upload has sha256 ${found}, expected was ${sha256}`,
    );
  }
  if (held !== undefined) yield held;
}

/** The whole body in memory: for those that fit one part. */
export const wholeBody = async (body: ObjectBody, sha256: string): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of partsOf(body, sha256, Math.max(sizeOf(body), 1))) parts.push(part);
  return Buffer.concat(parts);
};

function* slices(bytes: Uint8Array, partBytes: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += partBytes)
    yield Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(partBytes, bytes.length - at));
}

async function* fileParts(path: string, partBytes: number): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: Math.min(partBytes, 256 * 1024) })) {
      let rest: Buffer = chunk;
      while (length + rest.length >= partBytes) {
        const taken = rest.subarray(0, partBytes - length);
        yield Buffer.concat([...pending, taken]);
        rest = rest.subarray(taken.length);
        pending = [];
        length = 0;
      }
      if (rest.length > 0) {
        pending.push(rest);
        length += rest.length;
      }
    }
  } catch (error) {
    if (error instanceof HowdahError) throw error;
    throw new HowdahError(storeErrors.bodyUnreadable, `cannot read ${path}`, { cause: error });
  }
  if (length > 0) yield Buffer.concat(pending);
}
