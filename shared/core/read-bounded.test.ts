import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { readBounded } from './read-bounded.ts';

const tooLong = (message: string) => new Error(message);

it('gives the whole text, also where a letter is cut by the end of a chunk', async () => {
  const [first, second] = [Buffer.from('ä').subarray(0, 1), Buffer.from('ä').subarray(1)];
  expect(await readBounded(Readable.from([first, second]), 2, tooLong)).toBe('ä');
});

it('reads no further than it was told, and ends the stream', async () => {
  const stream = Readable.from([Buffer.alloc(6), Buffer.alloc(6), Buffer.alloc(6)]);
  await expect(readBounded(stream, 10, tooLong)).rejects.toThrow('an answer of more than 10 bytes');
  expect(stream.destroyed).toBe(true);
});
