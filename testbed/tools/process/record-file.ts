import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

/** {@link ./proc.ts}'s ProcessIdentity as it lies on disk. */
export const identity = z.object({ pid: z.int().positive(), startTicks: z.number() });

/** Synchronous, so that no signal comes between taking something of the machine and writing it down. */
export const writeRecordFile = (path: string, record: object): void => {
  writeFileSync(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o644 });
  renameSync(`${path}.new`, path);
};

/** The record at `path`, or undefined when there is none. */
export const readRecordFile = <Record>(path: string, schema: z.ZodType<Record>): Record | undefined => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  return schema.parse(JSON.parse(text));
};
