import type { Frame } from '@howdah/pglog/csv-frame';
import { parseCsvRecord } from '@howdah/pglog/csv-parse';
import type { LogRecord } from '@howdah/pglog/record';

/** What a frame turned out to be: a record, or bytes that are kept as they are, and why. */
export type Parsed =
  | { readonly kind: 'record'; readonly record: LogRecord }
  | { readonly kind: 'raw'; readonly problem: string };

export const parseFrame = (frame: Frame): Parsed => {
  if (frame.kind === 'raw') return { kind: 'raw', problem: 'no csvlog record' };
  const outcome = parseCsvRecord(frame.bytes, { cut: frame.cutBytes > 0 });
  return outcome.ok ? { kind: 'record', record: outcome.record } : { kind: 'raw', problem: outcome.problem };
};
