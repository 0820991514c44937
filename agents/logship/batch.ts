import type { Frame } from '@howdah/pglog/csv-frame';
import type { Severity } from '@howdah/pglog/severity';
import { encode } from './encode.ts';
import { fingerprintOf, recordId } from './fingerprint.ts';
import type { Batch, Fingerprint, LogFile } from './model.ts';
import { parseFrame } from './parse.ts';

/** A quarter of a MiB ships in one call, and is little to do again. */
const fullBytes = 256 * 1024;

/** Collects the records of one file until they are worth a delivery. */
export class BatchBuilder {
  readonly #file: LogFile;
  readonly #member: string;
  #fingerprint: Fingerprint | undefined;
  #lines: string[] = [];
  #lineBytes = 0;
  #end = 0;
  #parsed = 0;
  #cut = 0;
  #severities: Partial<Record<Severity, number>> = {};

  /** @param fingerprint of the file, when something of it was delivered already */
  constructor(file: LogFile, member: string, fingerprint: Fingerprint | undefined) {
    this.#file = file;
    this.#member = member;
    this.#fingerprint = fingerprint;
  }

  get full(): boolean {
    return this.#lineBytes >= fullBytes;
  }

  /** Copies what it needs: the frame's bytes may change afterwards. */
  add(frame: Frame): void {
    this.#fingerprint ??= fingerprintOf(frame.bytes);
    const parsed = parseFrame(frame);
    const id = recordId(this.#fingerprint, frame.start);
    const line = encode(parsed, frame, { id, member: this.#member, file: this.#file.name });
    this.#lines.push(line);
    // Characters, not bytes: off by the letters beyond ASCII, which does not matter for a threshold.
    this.#lineBytes += line.length;
    this.#end = frame.end;
    if (frame.cutBytes > 0) this.#cut += 1;
    if (parsed.kind === 'raw') return;
    const { severity } = parsed.record;
    this.#parsed += 1;
    this.#severities[severity] = (this.#severities[severity] ?? 0) + 1;
  }

  /** What was collected; undefined when that is nothing. The builder then is empty again. */
  take(): Batch | undefined {
    if (this.#fingerprint === undefined || this.#lines.length === 0) return undefined;
    const records = this.#lines.length;
    const { name, device, inode } = this.#file;
    const batch: Batch = {
      lines: Buffer.from(this.#lines.join('')),
      records,
      counts: {
        file: name,
        read: records,
        parsed: this.#parsed,
        raw: records - this.#parsed,
        cut: this.#cut,
        severities: this.#severities,
      },
      position: { name, device, inode, offsetBytes: this.#end, fingerprint: this.#fingerprint },
    };
    this.#lines = [];
    this.#lineBytes = 0;
    this.#parsed = 0;
    this.#cut = 0;
    this.#severities = {};
    return batch;
  }
}
