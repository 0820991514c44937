import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvFramer, type Frame } from './csv-frame.ts';

const sample = (name: string): Buffer => readFileSync(new URL(`testdata/${name}.csv`, import.meta.url));

/** Frames with bytes of their own, pushed in chunks of the given sizes over and over. */
const frame = (bytes: Buffer, sizes: readonly number[] = [], maxRecordBytes = 1024 * 1024): Frame[] => {
  const framer = new CsvFramer({ maxRecordBytes });
  const frames: Frame[] = [];
  const keep = (more: Frame[]) => {
    for (const one of more) frames.push({ ...one, bytes: Buffer.from(one.bytes) });
  };
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes.length === 0 ? bytes.length : Math.max(1, sizes[turn % sizes.length] ?? 1);
    // The framer may keep nothing of our chunk: it is overwritten once pushed.
    const chunk = Buffer.from(bytes.subarray(at, at + size));
    keep(framer.push(chunk));
    chunk.fill(0x22);
    at += size;
  }
  keep(framer.end());
  return frames;
};

const text = (frames: readonly Frame[]): [string, string][] =>
  frames.map((one) => [one.kind, one.bytes.toString()]);

const line = (n: number, message = 'hello', time = '2026-03-01 10:00:00.123 UTC'): string =>
  `${time},"u","d",42,"[local]",65e1b2c3.1f4,${n},"SELECT",2026-03-01 09:59:00 UTC,3/4,0,LOG,00000,` +
  `"${message.replaceAll('"', '""')}",,,,,,,,,"psql","client backend",,0\n`;

const chunkSizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 });

describe('a csvlog file of a real server', () => {
  it.each(['pg13', 'pg14', 'pg15', 'pg15-pgaudit', 'pg16', 'pg18'])('%s has nothing but records', (name) => {
    const frames = frame(sample(name));
    expect(frames.every(({ kind, cutBytes }) => kind === 'record' && cutBytes === 0)).toBe(true);
    expect(Buffer.concat(frames.map(({ bytes }) => bytes))).toEqual(sample(name));
  });

  it('keeps a statement of several lines in one record, and a log quoted inside it too', () => {
    const frames = frame(sample('pg15'));
    const quoted = frames.filter(({ bytes }) => bytes.includes('a log line\n2026-01-01'));
    expect(quoted.map(({ bytes }) => bytes.toString().split('\n').length > 3)).toEqual([true]);
  });

  it('gives the same frames however it is cut into chunks', () => {
    const whole = frame(sample('pg15'));
    fc.assert(
      fc.property(chunkSizes, (sizes) => {
        expect(frame(sample('pg15'), sizes)).toEqual(whole);
      }),
    );
  });
});

describe('a record torn by a crash of the server', () => {
  const torn = (bytes: number) => line(1, 'first "quoted"\nsecond').slice(0, bytes);

  it('leaves as raw when the next record begins on a line of its own', () => {
    expect(text(frame(Buffer.from(`${torn(140)}\n${line(2)}${line(3)}`)))).toEqual([
      ['raw', `${torn(140)}\n`],
      ['record', line(2)],
      ['record', line(3)],
    ]);
  });

  it('leaves as raw when the next server appended to it without a newline', () => {
    expect(text(frame(Buffer.from(`${torn(140)}${line(2)}${line(3)}`)))).toEqual([
      ['raw', torn(140)],
      ['record', line(2)],
      ['record', line(3)],
    ]);
  });

  it('loses no record after it, wherever it was torn and whatever it held', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: line(1, 'first "quoted"\nsecond').length - 1 }),
        fc.constantFrom('plain', 'two\nlines', '"quotes" and, commas'),
        fc.constantFrom('', '\n'),
        chunkSizes,
        (length, message, between, sizes) => {
          const file = `${line(0)}${torn(length)}${between}${line(2, message)}${line(3)}`;
          const frames = text(frame(Buffer.from(file), sizes)).map(([kind, bytes]) => `${kind} ${bytes}`);
          // Torn before its last comma, with a newline after, it passes for a record of an older major.
          expect(frames.filter((_, at) => at !== 1)).toEqual(
            [line(0), line(2, message), line(3)].map((record) => `record ${record}`),
          );
        },
      ),
    );
  });

  it('is found at the end of a file that nothing follows', () => {
    expect(text(frame(Buffer.from(`${line(1)}${torn(140)}`)))).toEqual([
      ['record', line(1)],
      ['raw', torn(140)],
    ]);
  });

  it('does not hide the one record that was written after it', () => {
    expect(text(frame(Buffer.from(`${torn(140)}${line(2)}`)))).toEqual([
      ['raw', torn(140)],
      ['record', line(2)],
    ]);
  });

  it('may be followed by the zeroes of a block that never reached the disk', () => {
    const zeroes = '\0'.repeat(4096);
    expect(text(frame(Buffer.from(`${torn(140)}${zeroes}${line(2)}${line(3)}`)))).toEqual([
      ['raw', torn(140) + zeroes],
      ['record', line(2)],
      ['record', line(3)],
    ]);
  });
});

describe('text inside a record', () => {
  it('never passes for the beginning of another, whatever a client sends', () => {
    const pieces = fc.constantFrom(
      line(9),
      line(9).replaceAll('"', ''),
      line(9).replaceAll('"', '""'),
      line(9).slice(0, 120),
      '"',
      ',',
      '\n',
      '\r\n',
      'x',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), chunkSizes, (parts, sizes) => {
        const record = line(1, `\n${parts.join('')}`);
        expect(text(frame(Buffer.from(record + line(2)), sizes))).toEqual([
          ['record', record],
          ['record', line(2)],
        ]);
      }),
    );
  });
});

describe('a record larger than the bound', () => {
  const large = line(1, 'x'.repeat(5_000));

  it('is cut, says by how much, and the next one is whole', () => {
    for (const sizes of [[], [100], [1, 4_999]]) {
      const frames = frame(Buffer.from(large + line(2)), sizes, 1_000);
      expect(frames.map(({ kind, cutBytes }) => [kind, cutBytes])).toEqual([
        ['record', large.length - 1_000],
        ['record', 0],
      ]);
      expect(frames[0]?.bytes.toString()).toBe(large.slice(0, 1_000));
      expect(frames[1]?.start).toBe(large.length);
    }
  });

  it('holds no more memory than the bound', () => {
    const framer = new CsvFramer({ maxRecordBytes: 10_000 });
    framer.push(Buffer.from(line(1).slice(0, 140)));
    const chunk = Buffer.alloc(64 * 1024, 'x');
    for (let n = 0; n < 20; n += 1) {
      expect(framer.push(chunk)).toEqual([]);
      expect(framer.heldBytes).toBeLessThan(10_000 + 4_096);
    }
    expect(framer.pushedTo).toBe(140 + 20 * chunk.length);
  });
});

describe('any bytes at all', () => {
  const noise = fc.array(
    fc.oneof(
      fc.constantFrom('"', '\n', ',', '\r\n', '\0', line(1), line(2, 'a\nb'), line(3).slice(0, 150)),
      fc.string({ unit: 'binary', maxLength: 20 }),
    ),
    { maxLength: 12 },
  );

  it('are framed end to end, the same in any chunks, and never make it throw', () => {
    fc.assert(
      fc.property(noise, chunkSizes, fc.constantFrom(200, 1_000, 100_000), (parts, sizes, max) => {
        const bytes = Buffer.from(parts.join(''));
        const frames = frame(bytes, sizes, max);
        let at = 0;
        for (const one of frames) {
          expect(one.start).toBe(at);
          expect(one.bytes).toEqual(bytes.subarray(at, at + one.bytes.length));
          expect(one.bytes.length + one.cutBytes).toBe(one.end - one.start);
          at = one.end;
        }
        expect(at).toBe(bytes.length);
        expect(frames).toEqual(frame(bytes, [], max));
      }),
      { numRuns: 300 },
    );
  });

  it('count offsets from where the file was left', () => {
    const framer = new CsvFramer({ offset: 1_000 });
    expect(framer.push(Buffer.from(line(1)))[0]).toMatchObject({ start: 1_000, end: 1_000 + line(1).length });
    expect(framer.framedTo).toBe(1_000 + line(1).length);
  });
});
