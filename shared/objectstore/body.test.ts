import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partsOf, wholeBody } from './body.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const collect = async (parts: AsyncIterable<Buffer>) => {
  const all: Buffer[] = [];
  for await (const part of parts) all.push(Buffer.from(part));
  return all;
};

describe('a body in parts', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'howdah-body-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('is the body, in parts of one size, from memory and from a file', async () => {
    const path = join(directory, 'body');
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 64 }),
        async (bytes, size) => {
          await writeFile(path, bytes);
          for (const body of [{ bytes }, { path, sizeBytes: bytes.length }]) {
            const parts = await collect(partsOf(body, sha256(bytes), size));
            expect(Buffer.concat(parts)).toEqual(Buffer.from(bytes));
            expect(parts.slice(0, -1).every((part) => part.length === size)).toBe(true);
            expect(parts).toHaveLength(Math.ceil(bytes.length / size));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keeps its last part back when the digest is another', async () => {
    const parts: Buffer[] = [];
    const reading = (async () => {
      for await (const part of partsOf({ bytes: Buffer.from('abcdef') }, sha256(Buffer.from('x')), 3))
        parts.push(part);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'HOWDAH_STORE_DIGEST_MISMATCH' });
    expect(Buffer.concat(parts).toString()).toBe('abc');
  });

  it('names the file that cannot be read', async () => {
    const gone = join(directory, 'gone');
    await expect(wholeBody({ path: gone, sizeBytes: 1 }, '')).rejects.toMatchObject({
      code: 'HOWDAH_STORE_BODY_UNREADABLE',
      message: `cannot read ${gone}`,
    });
  });
});
