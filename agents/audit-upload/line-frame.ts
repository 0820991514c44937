import type { Frame } from '@howdah/pglog/csv-frame';

const newline = 0x0a;

/** Cuts a file into lines, with the interface of pglog's CsvFramer; for files where a line is a record. */
export class LineFramer {
  readonly #maxRecordBytes: number;
  #rest: Buffer[] = [];
  #kept = 0;
  #start: number;
  #end: number;

  constructor({ offset, maxRecordBytes }: { readonly offset: number; readonly maxRecordBytes: number }) {
    this.#start = offset;
    this.#end = offset;
    this.#maxRecordBytes = maxRecordBytes;
  }

  /** Offset in the file up to which bytes have left as lines. */
  get framedTo(): number {
    return this.#start;
  }

  /** The lines that `chunk` completes, newline included. */
  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    let at = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, at)) {
      this.#keep(chunk.subarray(at, end + 1));
      frames.push(this.#close());
      at = end + 1;
    }
    this.#keep(chunk.subarray(at));
    return frames;
  }

  #keep(piece: Buffer): void {
    this.#end += piece.length;
    const room = this.#maxRecordBytes - this.#kept;
    if (room <= 0 || piece.length === 0) return;
    // A copy: the caller may use its chunk again.
    const kept = Buffer.from(piece.subarray(0, room));
    this.#rest.push(kept);
    this.#kept += kept.length;
  }

  #close(): Frame {
    const bytes = Buffer.concat(this.#rest);
    const frame: Frame = {
      kind: 'record',
      bytes,
      start: this.#start,
      end: this.#end,
      cutBytes: this.#end - this.#start - bytes.length,
    };
    this.#start = this.#end;
    this.#rest = [];
    this.#kept = 0;
    return frame;
  }
}
