import type { LogshipStatus } from '@howdah/status/logship';
import { type Counts, totalSeverities } from './count.ts';
import type { LogFile } from './model.ts';
import type { SinkEntry } from './ship.ts';

export interface Known {
  readonly logDirectory: string;
  /** As in the last checkpoint. */
  readonly counts: Counts;
  readonly files: readonly { readonly file: LogFile; readonly offsetBytes: number }[];
  readonly backlogBytes: number;
  readonly lastRecordAt: Date | undefined;
  readonly entries: readonly SinkEntry[];
}

/** A directory may hold thousands; those that grew last are the ones of interest. */
const shownFiles = 16;

/** The agent's part of `/status`. */
export const statusOf = ({
  logDirectory,
  counts,
  files,
  backlogBytes,
  lastRecordAt,
  entries,
}: Known): LogshipStatus => ({
  version: 1,
  logDirectory,
  counts: { read: counts.read, shipped: counts.shipped, raw: counts.raw, rejected: counts.rejected },
  severities: { ...totalSeverities(counts) },
  files: [...files]
    .sort((a, b) => b.file.modifiedMs - a.file.modifiedMs)
    .slice(0, shownFiles)
    .map(({ file, offsetBytes }) => ({ name: file.name, sizeBytes: file.sizeBytes, offsetBytes })),
  backlogBytes,
  ...(lastRecordAt === undefined ? {} : { lastRecordAt: lastRecordAt.toISOString() }),
  sinks: entries.map(({ sink, shipped, failures, error, lastShippedAt }) => ({
    id: sink.id,
    kind: sink.kind,
    ok: failures === 0,
    shipped,
    // One position for all sinks: what one does not take, waits for every one.
    backlogBytes,
    ...(lastShippedAt === undefined ? {} : { lastShippedAt: lastShippedAt.toISOString() }),
    ...(error === undefined ? {} : { error }),
  })),
});
