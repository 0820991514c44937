import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { HowdahError } from '@howdah/core/errors';
import { auditErrors } from './errors.ts';
import type { OpenSegment, SegmentLine } from './model.ts';

/**
 * Writes `lines` after the first `length` bytes of the open segment and waits until they are on disk. What a
 * crash or a failed write left behind `length` is overwritten or cut: it was never counted.
 */
export const appendLines = async (
  path: string,
  length: number,
  lines: readonly SegmentLine[],
): Promise<void> => {
  const bytes = Buffer.concat(lines.map((line) => line.bytes));
  try {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      const { size } = await file.stat();
      if (size < length) throw shorter(path, size, length);
      await file.truncate(length);
      await file.writev([bytes], length);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof HowdahError) throw error;
    throw new HowdahError(auditErrors.stateUnwritable, `cannot write ${path}`, { cause: error });
  }
};

/** The open segment with `lines` in it. */
export const withLines = (segment: OpenSegment, lines: readonly SegmentLine[], now: Date): OpenSegment => {
  const [first] = lines;
  const last = lines.at(-1);
  if (first === undefined || last === undefined) return segment;
  return {
    sequence: segment.sequence,
    bytes: segment.bytes + lines.reduce((sum, line) => sum + line.bytes.length, 0),
    records: segment.records + lines.length,
    since: segment.since ?? now.toISOString(),
    first: segment.first ?? first.mark,
    last: last.mark,
  };
};

export const shorter = (path: string, found: number, expected: number): HowdahError =>
  new HowdahError(
    auditErrors.stateDamaged,
    `${path} has ${found} bytes, and ${expected} were written and counted`,
  );
