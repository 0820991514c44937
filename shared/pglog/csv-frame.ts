import { beginsLikeRecord, beginsLikeTimestamp, matchHeader } from './csv-header.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const NEWLINE = 0x0a;

/** One piece of a csvlog file. The frames of a file lie end to end: no byte is left out. */
export interface Frame {
  /**
   * `record`: from log_time to its newline, with the columns of a csvlog record.
   * `raw`: what is no record: the rest of one torn by a crash, a line from elsewhere, zeroes.
   */
  readonly kind: 'record' | 'raw';
  /** As in the file, newline included; a view that is good until the next `push`. */
  readonly bytes: Buffer;
  /** Offset in the file of the first byte. */
  readonly start: number;
  /** Offset in the file after the last byte. */
  readonly end: number;
  /** Bytes at the end that were dropped because the piece is larger than the bound; 0 when whole. */
  readonly cutBytes: number;
}

export interface CsvFramerOptions {
  /** Offset in the file of the first byte that will be pushed; the beginning of a record. */
  readonly offset?: number;
  /** What is kept of one record, and so the most memory that a framer holds beside one chunk. */
  readonly maxRecordBytes?: number;
}

/** A server's largest records are statements of some hundred KiB; a MiB keeps them whole. */
export const defaultMaxRecordBytes = 1024 * 1024;

/** PostgreSQL to 12, 13, and from 14 on; see csv-parse.ts. */
const isKnownColumnCount = (columns: number): boolean => columns === 23 || columns === 24 || columns === 26;

/**
 * Cuts the bytes of a csvlog file, in chunks of any size, into frames.
 *
 * A record ends at a newline outside quotes. A torn record (the server died while it wrote) leaves a quote
 * open, which would swallow what follows: so at each newline inside quotes the next line is tried, and when
 * a record must begin there ({@link matchHeader}), the torn bytes leave as `raw`. The next server appends to
 * the same file without a newline, so the record after a torn one is looked for inside its line too.
 */
export class CsvFramer {
  readonly #maxRecordBytes: number;
  /** Bytes that wait for more; `#buffer[0]` is the file's byte `#base`. */
  #buffer: Buffer = Buffer.alloc(0);
  #base: number;
  /** Offset in the file of the frame that is open. */
  #start: number;
  /** Next byte to look at, an index of `#buffer`. */
  #scan = 0;
  #quoted = false;
  #commas = 0;
  /** A quote opened in the middle of a field, as happens only where two records run into each other. */
  #broken = false;
  /** The kept beginning of a frame that has outgrown the bound, once its bytes are being dropped. */
  #head: Buffer | undefined;

  constructor(options: CsvFramerOptions = {}) {
    this.#base = options.offset ?? 0;
    this.#start = this.#base;
    this.#maxRecordBytes = options.maxRecordBytes ?? defaultMaxRecordBytes;
  }

  /** Offset in the file up to which bytes have left as frames. */
  get framedTo(): number {
    return this.#start;
  }

  /** Offset in the file of the next byte to push. */
  get pushedTo(): number {
    return this.#base + this.#buffer.length;
  }

  /** Memory held between two pushes: never more than the bound and one header (4 KiB). */
  get heldBytes(): number {
    return this.#buffer.length + (this.#head?.length ?? 0);
  }

  /** The frames that `chunk` completes. Their bytes may be views of `chunk`. */
  push(chunk: Buffer): Frame[] {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    const frames = this.#frames(false);
    this.#keepRest();
    return frames;
  }

  /** Nothing more will come: what is left leaves as `raw` (PostgreSQL ends each record with a newline). */
  end(): Frame[] {
    const frames: Frame[] = [];
    for (;;) {
      frames.push(...this.#frames(true));
      const length = this.pushedTo - this.#start;
      if (length === 0) return frames;
      const next = length > this.#maxRecordBytes ? -1 : this.#findRecord(this.#buffer.length);
      frames.push(this.#close('raw', next === -1 ? this.#buffer.length : next));
    }
  }

  #frames(final: boolean): Frame[] {
    const frames: Frame[] = [];
    const buffer = this.#buffer;
    const end = buffer.length;
    let at = this.#scan;
    let quoted = this.#quoted;
    let commas = this.#commas;
    let broken = this.#broken;
    for (; at < end; at += 1) {
      const byte = buffer[at];
      if (byte === QUOTE) {
        quoted = !quoted;
        if (quoted && buffer[at - 1] !== COMMA && buffer[at - 1] !== QUOTE) broken = true;
      } else if (byte === COMMA) {
        if (!quoted) commas += 1;
      } else if (byte === NEWLINE) {
        if (quoted) {
          const match = matchHeader(buffer, at + 1, end);
          if (match === 'more' && !final) break;
          if (match !== 'yes') continue;
          frames.push(this.#close('raw', this.#endOfTorn(at + 1)));
        } else {
          frames.push(this.#closeLine(at + 1, commas + 1, broken));
        }
        at = this.#scan - 1;
        quoted = false;
        commas = 0;
        broken = false;
      }
    }
    this.#scan = at;
    this.#quoted = quoted;
    this.#commas = commas;
    this.#broken = broken;
    return frames;
  }

  /** A newline outside quotes: a record, or else as much of the line as is none. */
  #closeLine(end: number, columns: number, broken: boolean): Frame {
    const length = this.#base + end - this.#start;
    const begin = this.#head ?? this.#buffer.subarray(this.#start - this.#base, end);
    const isRecord = !broken && beginsLikeRecord(begin);
    if (isRecord && isKnownColumnCount(columns)) return this.#close('record', end);
    const next = length > this.#maxRecordBytes ? -1 : this.#findRecord(end);
    if (next !== -1) return this.#close('raw', next);
    // A later major with columns of its own is still a record.
    return this.#close(isRecord && columns > 23 ? 'record' : 'raw', end);
  }

  /** The line at index `line` is the beginning of a record: the one before it may begin inside the torn line. */
  #endOfTorn(line: number): number {
    if (this.#base + line - this.#start > this.#maxRecordBytes) return line;
    const inside = this.#findRecord(line);
    return inside === -1 ? line : inside;
  }

  /** Index of the first record that begins inside the open frame before `end`; -1 when none does. */
  #findRecord(end: number): number {
    for (let at = this.#start - this.#base + 1; at < end; at += 1) {
      if (beginsLikeTimestamp(this.#buffer, at, end) && matchHeader(this.#buffer, at, end) === 'yes')
        return at;
    }
    return -1;
  }

  /** The open frame ends before index `end`, where the next one opens. */
  #close(kind: Frame['kind'], end: number): Frame {
    const start = this.#start;
    const stop = this.#base + end;
    const whole = this.#head ?? this.#buffer.subarray(start - this.#base, end);
    const bytes = whole.length > this.#maxRecordBytes ? whole.subarray(0, this.#maxRecordBytes) : whole;
    this.#head = undefined;
    this.#start = stop;
    this.#scan = end;
    this.#quoted = false;
    this.#commas = 0;
    this.#broken = false;
    return { kind, bytes, start, end: stop, cutBytes: stop - start - bytes.length };
  }

  /** Copies what the open frame still needs: the caller may use its chunk again. */
  #keepRest(): void {
    if (this.#head === undefined && this.#base + this.#scan - this.#start > this.#maxRecordBytes) {
      const from = this.#start - this.#base;
      this.#head = Buffer.from(this.#buffer.subarray(from, from + this.#maxRecordBytes));
    }
    // The byte before the next one tells whether a quote opens a field.
    const from = this.#head === undefined ? this.#start - this.#base : Math.max(0, this.#scan - 1);
    this.#buffer = Buffer.from(this.#buffer.subarray(from));
    this.#base += from;
    this.#scan -= from;
  }
}
