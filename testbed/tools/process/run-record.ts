import { rmSync } from 'node:fs';
import * as z from 'zod';
import { identity, readRecordFile, writeRecordFile } from './record-file.ts';

/**
 * What a running cluster has taken of the machine, kept on disk so that another process can give all of
 * it back: `./dev demo stop`, or the next start after a crash.
 */
const runRecord = z.object({
  format: z.literal(1),
  /** The process in the foreground; it stops the rest itself when asked. */
  controller: identity,
  processes: z.array(
    identity.extend({
      id: z.string(),
      /** Lower numbers end first. */
      stage: z.int(),
      stopSignal: z.enum(['SIGTERM', 'SIGINT']),
      stopDeadlineMs: z.number(),
    }),
  ),
  /** Data directories whose postmaster must be gone too: it outlives a killed Patroni. */
  dataDirectories: z.array(z.string()),
  /** Mounted by us; unmounted last. */
  mounts: z.array(z.string()),
  /** Removed at the end, e.g. the directory of unix sockets. */
  temporary: z.array(z.string()),
});
export type RunRecord = z.infer<typeof runRecord>;
export type RecordedProcess = RunRecord['processes'][number];

export const emptyRecord = (controller: RunRecord['controller']): RunRecord => ({
  format: 1,
  controller,
  processes: [],
  dataDirectories: [],
  mounts: [],
  temporary: [],
});

export const writeRecord = (path: string, record: RunRecord): void => writeRecordFile(path, record);

/** The record at `path`, or undefined when there is none. */
export const readRecord = (path: string): RunRecord | undefined => readRecordFile(path, runRecord);

export const removeRecord = (path: string): void => rmSync(path, { force: true });
