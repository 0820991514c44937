import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineFramer } from './line-frame.ts';

const frame = (pieces: readonly Buffer[], maxRecordBytes = 100) => {
  const framer = new LineFramer({ offset: 10, maxRecordBytes });
  const frames = pieces.flatMap((piece) =>
    framer.push(piece).map((f) => ({ ...f, bytes: f.bytes.toString('latin1') })),
  );
  return { frames, framedTo: framer.framedTo };
};

describe('lines', () => {
  it('are the same however the bytes come, and lie end to end', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (content, size) => {
        const bytes = Buffer.from(content);
        const pieces: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
        const { frames, framedTo } = frame(pieces);
        expect(frames).toEqual(frame([bytes]).frames);
        const whole = content.slice(0, content.lastIndexOf('\n') + 1);
        expect(frames.map((f) => f.bytes).join('')).toBe(whole);
        expect(framedTo).toBe(10 + whole.length);
      }),
    );
  });

  it('that are longer than the bound say what they lost', () => {
    const { frames } = frame([Buffer.from('abcdef'), Buffer.from('gh\nij\n')], 4);
    expect(frames).toMatchObject([
      { bytes: 'abcd', start: 10, end: 19, cutBytes: 5 },
      { bytes: 'ij\n', start: 19, end: 22, cutBytes: 0 },
    ]);
  });
});
