import type { Lsn } from '@howdah/core/lsn';

/** Where the primary's WAL ended at a moment: all that was committed by then stands before `lsn`. */
export interface WalSample {
  /** By the server's clock. */
  readonly at: Date;
  readonly lsn: Lsn;
  /** Up to where it was archived then. */
  readonly archivedTo?: Lsn;
}

/** After a week at one a second some 1500 are left. */
const mostSamples = 2_048;
/** Samples are this part of their age from each other: who restores to yesterday does not ask for seconds. */
const spacing = 1 / 100;
/**
 * A new segment's first record stands behind the header of its first page (SizeOfXLogLongPHD): a server that wrote
 * nothing since the segment began says that it will insert there, and yet nothing is missing before it.
 */
const segmentHeaderBytes = 40n;

/**
 * With one more, and the fewer of the others the older they are. Those after it go: the server's clock was set back,
 * and what is committed at those times is yet to come.
 */
export const withSample = (samples: readonly WalSample[], sample: WalSample): readonly WalSample[] => {
  const kept: WalSample[] = [];
  const past = samples.filter(({ at }) => at <= sample.at);
  for (const [index, one] of past.entries()) {
    const before = kept.at(-1);
    const after = past[index + 1];
    const ageMs = sample.at.getTime() - one.at.getTime();
    const closeBy =
      before !== undefined &&
      after !== undefined &&
      after.at.getTime() - before.at.getTime() < ageMs * spacing;
    if (!closeBy) kept.push(one);
  }
  return [...kept.slice(1 - mostSamples), sample];
};

/** The newest before whose end all WAL stands before `end`, the end of a whole segment. */
export const newestBefore = (samples: readonly WalSample[], end: Lsn): WalSample | undefined =>
  samples.findLast(({ lsn }) => lsn <= end + segmentHeaderBytes);
