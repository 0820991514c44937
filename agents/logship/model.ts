import type { Severity } from '@howdah/pglog/severity';

/** One csvlog file as the directory shows it. */
export interface LogFile {
  readonly name: string;
  readonly path: string;
  /** Device and inode number as text: both may be larger than a double holds exactly. */
  readonly device: string;
  readonly inode: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** What tells a file from a later one of the same name and inode: its first record, with log_time and session. */
export interface Fingerprint {
  readonly lengthBytes: number;
  readonly sha256: string;
}

/** How far one file has been delivered. Only files of which something was have a position. */
export interface FilePosition {
  readonly name: string;
  readonly device: string;
  readonly inode: string;
  /** Everything before is counted and delivered; the beginning of a record. */
  readonly offsetBytes: number;
  readonly fingerprint: Fingerprint;
}

export type SeverityCounts = Partial<Record<Severity, number>>;

/** What one batch adds to the counts. */
export interface BatchCounts {
  /** The file's base name. */
  readonly file: string;
  readonly read: number;
  /** Parsed, and so counted by severity. */
  readonly parsed: number;
  readonly raw: number;
  /** Of the read ones, those whose end was dropped for size. */
  readonly cut: number;
  readonly severities: SeverityCounts;
}

/** Lines that leave together, and what is true once every sink has them. */
export interface Batch {
  /** JSON, one record a line, each ended by a newline. */
  readonly lines: Buffer;
  readonly records: number;
  readonly counts: BatchCounts;
  readonly position: FilePosition;
}

/** Milliseconds until the next cycle. */
export type NextWait = number;

/** `a:b` for maps: a file is its device and inode. */
export const identityOf = ({ device, inode }: { readonly device: string; readonly inode: string }): string =>
  `${device}:${inode}`;
