import { createHash } from 'node:crypto';
import type { LogPosition, LogSource } from './model.ts';

/** As much of a file's beginning as tells it from every other. */
export const fingerprintBytes = 1024;

/** A log file as it was found. */
export interface FoundFile {
  readonly source: LogSource;
  readonly name: string;
  readonly inode: number;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Its first bytes, at most {@link fingerprintBytes}. */
  readonly head: Buffer;
}

/** What is to be read of one file. */
export interface Reading {
  readonly file: FoundFile;
  readonly from: number;
}

export interface FollowDecision {
  /** Files with bytes that were not taken yet, oldest first. */
  readonly readings: readonly Reading[];
  /** Positions of all files found, and of some that are gone, for they may come back. */
  readonly positions: readonly LogPosition[];
}

/** A log directory is made anew, a mount hiccups: positions outlive their files for so many of them. */
const rememberedGone = 256;

/**
 * Matches what was found with what is remembered, by what the files begin with: a weekday file that was
 * rewritten is another file under an old name, a renamed one is the old file under another name. A second
 * file with the same beginning is a copy and is not read again.
 */
export const follow = (found: readonly FoundFile[], remembered: readonly LogPosition[]): FollowDecision => {
  const free = new Set(remembered);
  const matched = new Map<FoundFile, LogPosition>();
  const claim = (file: FoundFile, accept: (position: LogPosition) => boolean): void => {
    if (matched.has(file)) return;
    for (const position of free) {
      if (!accept(position) || position.source !== file.source || !beginsAs(file, position)) continue;
      free.delete(position);
      matched.set(file, position);
      return;
    }
  };
  for (const file of found) claim(file, (position) => position.name === file.name);
  for (const file of found) claim(file, (position) => position.inode === file.inode);
  for (const file of found) claim(file, () => true);

  const present = found.filter(
    (file) => file.head.length > 0 && (matched.has(file) || !isCopy(file, matched)),
  );
  const byAge = [...present].sort((a, b) => a.modifiedMs - b.modifiedMs || a.name.localeCompare(b.name));
  const readings = byAge.map((file) => ({ file, from: startIn(file, matched.get(file)) }));
  const gone = [...free].slice(-rememberedGone);
  return {
    readings: readings.filter(({ file, from }) => file.sizeBytes > from),
    positions: [...gone, ...readings.map(({ file, from }) => positionOf(file, from))],
  };
};

/** The position of `file` once everything before `offset` was taken. */
export const positionOf = (file: FoundFile, offset: number): LogPosition => ({
  source: file.source,
  name: file.name,
  inode: file.inode,
  fingerprint: { bytes: file.head.length, sha256: digest(file.head) },
  offset,
});

/** Shorter than what was taken: the server lost its last writes in a crash, and appends where it ends now. */
const startIn = (file: FoundFile, position: LogPosition | undefined): number =>
  Math.min(position?.offset ?? 0, file.sizeBytes);

const isCopy = (file: FoundFile, matched: ReadonlyMap<FoundFile, LogPosition>): boolean =>
  [...matched.values()].some((position) => position.source === file.source && beginsAs(file, position));

const beginsAs = (file: FoundFile, { fingerprint }: LogPosition): boolean =>
  file.head.length >= fingerprint.bytes &&
  digest(file.head.subarray(0, fingerprint.bytes)) === fingerprint.sha256;

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
