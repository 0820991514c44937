import { type Severity, severities } from '@howdah/pglog/severity';
import type { BatchCounts, SeverityCounts } from './model.ts';

/** Counts as they lie in the checkpoint. Every record that was read left by one door: parsed, raw or rejected. */
export interface Counts {
  readonly read: number;
  readonly shipped: number;
  readonly raw: number;
  readonly rejected: number;
  readonly cut: number;
  /** By the log file's base name; the file that grew last stands last. */
  readonly files: readonly { readonly file: string; readonly severities: SeverityCounts }[];
  /** The sum over files that have left `files`. */
  readonly retired: SeverityCounts;
  readonly retiredFiles: number;
}

export const noCounts: Counts = {
  read: 0,
  shipped: 0,
  raw: 0,
  rejected: 0,
  cut: 0,
  files: [],
  retired: {},
  retiredFiles: 0,
};

/**
 * The counts with one batch added. At most `maxFiles` names are kept apart, for each is a label of
 * `postgres_severity`: with one more, the name that grew longest ago moves into `retired`, where only the
 * sums go on.
 */
export const addBatch = (counts: Counts, batch: BatchCounts, maxFiles: number): Counts => {
  const before = counts.files.find(({ file }) => file === batch.file)?.severities ?? {};
  const others = counts.files.filter(({ file }) => file !== batch.file);
  const files = [...others, { file: batch.file, severities: addSeverities(before, batch.severities) }];
  const leaving = files.slice(0, Math.max(0, files.length - maxFiles));
  return {
    read: counts.read + batch.read,
    shipped: counts.shipped + batch.parsed,
    raw: counts.raw + batch.raw,
    rejected: counts.rejected,
    cut: counts.cut + batch.cut,
    files: files.slice(leaving.length),
    retired: leaving.reduce((sum, { severities: more }) => addSeverities(sum, more), counts.retired),
    retiredFiles: counts.retiredFiles + leaving.length,
  };
};

/** Over all files, also those that are retired. */
export const totalSeverities = (counts: Counts): SeverityCounts =>
  counts.files.reduce((sum, file) => addSeverities(sum, file.severities), counts.retired);

const addSeverities = (a: SeverityCounts, b: SeverityCounts): SeverityCounts =>
  Object.fromEntries(
    severities
      .map((severity): [Severity, number] => [severity, (a[severity] ?? 0) + (b[severity] ?? 0)])
      .filter(([, count]) => count > 0),
  );
