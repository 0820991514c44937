/** csvlog of the server, or the extension pgauditlogtofile's own files. */
export type LogSource = 'csvlog' | 'audit-file';

/** Where a record begins. */
export interface LogPlace {
  /** Base name of the file. */
  readonly file: string;
  /** Bytes from its beginning. */
  readonly offset: number;
}

/** A record as it stands at an end of a segment. */
export interface RecordMark extends LogPlace {
  /** As the server wrote it, in log_timezone; absent where it wrote none we can find. */
  readonly logTime?: string;
}

/** One line of a segment before it is written. */
export interface SegmentLine {
  /** JSON and a newline, UTF-8. */
  readonly bytes: Buffer;
  readonly mark: RecordMark;
  /** Kept as it stands because it could not be read as a record. */
  readonly raw: boolean;
}

/** How much of a log file has been taken. */
export interface LogPosition {
  readonly source: LogSource;
  readonly name: string;
  readonly inode: number;
  /** What the file began with: names and inodes are used again, beginnings are not. */
  readonly fingerprint: { readonly bytes: number; readonly sha256: string };
  /** Everything before is in a segment, or was no audit record. */
  readonly offset: number;
}

/** The segment that takes records now; the file beside it may be longer than `bytes` after a crash. */
export interface OpenSegment {
  readonly sequence: number;
  readonly bytes: number;
  readonly records: number;
  /** When its first record was taken; absent while it is empty. */
  readonly since?: string;
  readonly first?: RecordMark;
  readonly last?: RecordMark;
}

export interface ChainLink {
  readonly sequence: number;
  /** Of the manifest's bytes, hexadecimal. */
  readonly sha256: string;
}

/** How long to wait before the next cycle, unless woken. */
export interface NextWait {
  readonly waitMs: number;
}
