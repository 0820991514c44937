import type { FileHandle } from 'node:fs/promises';
import { CsvFramer } from '@howdah/pglog/csv-frame';
import { lineOfAuditFile, lineOfCsvFrame } from './extract.ts';
import { follow, positionOf, type Reading } from './follow.ts';
import { LineFramer } from './line-frame.ts';
import type { LogFiles } from './log-files.ts';
import type { LogPosition, SegmentLine } from './model.ts';

/** Memory that one pass may take. */
export interface CollectBounds {
  readonly chunkBytes: number;
  /** No further chunk is read once so many bytes of log were read and gave at least one record. */
  readonly passBytes: number;
  /** What is kept of one record; the rest is dropped and said so in its line. */
  readonly maxRecordBytes: number;
}

const chunkBytes = 256 * 1024;
const mostPassBytes = 2 * 1024 * 1024;

/** A pass ends before a segment is much larger than `segmentBytes`, which is looked at only between passes. */
export const boundsFor = (segmentBytes: number): CollectBounds => ({
  chunkBytes,
  passBytes: Math.min(mostPassBytes, Math.max(chunkBytes, Math.floor(segmentBytes / 4))),
  maxRecordBytes: 4 * 1024 * 1024,
});

/** What one pass over the log gave; nothing of it counts before it is written down. */
export interface Collected {
  readonly lines: readonly SegmentLine[];
  /** Positions with these lines taken. */
  readonly positions: readonly LogPosition[];
  /** The pass stopped at its bound: go on at once. */
  readonly more: boolean;
}

/** Reads what is new in the log, oldest file first; undefined when nothing is. */
export const collect = async (
  files: LogFiles,
  remembered: readonly LogPosition[],
  signal: AbortSignal,
  bounds: CollectBounds,
): Promise<Collected | undefined> => {
  const found = await files.look();
  if (found === undefined) return undefined;
  const { readings, positions } = follow(found, remembered);
  const lines: SegmentLine[] = [];
  const moved = new Map<string, LogPosition>();
  let budget = bounds.passBytes;
  let more = false;
  for (const reading of readings) {
    signal.throwIfAborted();
    if (budget <= 0) {
      more = true;
      break;
    }
    const handle = await files.open(reading.file);
    if (handle === undefined) continue;
    try {
      const taken = await readFile(handle, reading, budget, bounds, signal);
      lines.push(...taken.lines);
      budget -= taken.readBytes;
      more ||= taken.more;
      moved.set(keyOf(reading.file), positionOf(reading.file, taken.offset));
    } finally {
      await handle.close();
    }
  }
  // What `look` would not tell again as long as the files stay as they are.
  if (more) files.forget();
  return { lines, positions: positions.map((position) => moved.get(keyOf(position)) ?? position), more };
};

const keyOf = ({ source, name }: Pick<LogPosition, 'source' | 'name'>): string => `${source}/${name}`;

interface Taken {
  readonly lines: readonly SegmentLine[];
  readonly offset: number;
  readonly readBytes: number;
  readonly more: boolean;
}

const readFile = async (
  handle: FileHandle,
  { file, from }: Reading,
  budget: number,
  bounds: CollectBounds,
  signal: AbortSignal,
): Promise<Taken> => {
  const options = { offset: from, maxRecordBytes: bounds.maxRecordBytes };
  const framer = file.source === 'csvlog' ? new CsvFramer(options) : new LineFramer(options);
  const buffer = Buffer.alloc(bounds.chunkBytes);
  const lines: SegmentLine[] = [];
  let readBytes = 0;
  for (;;) {
    signal.throwIfAborted();
    const at = from + readBytes;
    // Not beyond what was found: the head and the rest must be of one look.
    const wanted = Math.min(buffer.length, file.sizeBytes - at);
    const { bytesRead } = wanted > 0 ? await handle.read(buffer, 0, wanted, at) : { bytesRead: 0 };
    if (bytesRead === 0) return { lines, offset: framer.framedTo, readBytes, more: false };
    readBytes += bytesRead;
    for (const frame of framer.push(buffer.subarray(0, bytesRead))) {
      const line =
        file.source === 'csvlog'
          ? lineOfCsvFrame(frame, file.name)
          : lineOfAuditFile(frame.bytes, file.name, frame.start);
      if (line !== undefined) lines.push(line);
    }
    if (readBytes >= budget && framer.framedTo > from)
      return { lines, offset: framer.framedTo, readBytes, more: at + bytesRead < file.sizeBytes };
  }
};
