import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

const identity = z.object({ pid: z.int().positive(), startTicks: z.number() });

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

/** Synchronous, so that no signal comes between starting a process and writing down that it runs. */
export const writeRecord = (path: string, record: RunRecord): void => {
  writeFileSync(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o644 });
  renameSync(`${path}.new`, path);
};

/** The record at `path`, or undefined when there is none. */
export const readRecord = (path: string): RunRecord | undefined => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  return runRecord.parse(JSON.parse(text));
};

export const removeRecord = (path: string): void => rmSync(path, { force: true });
