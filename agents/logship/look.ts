import type { BigIntStats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { logshipErrors } from './errors.ts';
import type { LogFile } from './model.ts';

/**
 * Asking a file for its size costs some 30 µs. Log names that come back (by weekday, by hour) are fewer than
 * this, so all of them are asked every time; of a longer row only the youngest are, the rest now and then.
 */
const alwaysAsked = 32;
/** A file older than the youngest 32 that grows after all waits no longer than this. */
const fullLookMs = 15_000;

/**
 * The csvlog files of a directory, oldest first. A plain look each second was chosen over inotify: under load
 * the server writes thousands of times a second, and each write would be an event.
 */
export class LogDirectory {
  readonly #directory: string;
  #names: readonly string[] = [];
  #files = new Map<string, LogFile>();
  #changedAt: bigint | undefined;
  #fullLookAtMs = Number.NEGATIVE_INFINITY;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async look(nowMs: number): Promise<readonly LogFile[]> {
    const { mtimeNs } = await this.#statDirectory();
    const full = mtimeNs !== this.#changedAt || nowMs - this.#fullLookAtMs >= fullLookMs;
    if (full) {
      this.#names = (await readdir(this.#directory)).filter((name) => name.endsWith('.csv'));
      this.#changedAt = mtimeNs;
      this.#fullLookAtMs = nowMs;
    }
    const asked = full ? this.#names : youngest(this.#files.values(), alwaysAsked);
    const found = new Map(full ? [] : this.#files);
    for (const name of asked) {
      const file = await statFile(join(this.#directory, name), name);
      if (file === undefined) found.delete(name);
      else found.set(name, file);
    }
    this.#files = found;
    return [...found.values()].sort((a, b) => a.modifiedMs - b.modifiedMs || a.name.localeCompare(b.name));
  }

  async #statDirectory(): Promise<BigIntStats> {
    try {
      const stats = await stat(this.#directory, { bigint: true });
      if (stats.isDirectory()) return stats;
    } catch (error) {
      throw new HowdahError(logshipErrors.directoryUnreadable, `cannot look into ${this.#directory}`, {
        cause: error,
      });
    }
    throw new HowdahError(logshipErrors.directoryUnreadable, `${this.#directory} is no directory`);
  }
}

const youngest = (files: Iterable<LogFile>, count: number): readonly string[] =>
  [...files]
    .sort((a, b) => b.modifiedMs - a.modifiedMs)
    .slice(0, count)
    .map(({ name }) => name);

/** Undefined when it is gone meanwhile, or no file. */
const statFile = async (path: string, name: string): Promise<LogFile | undefined> => {
  try {
    const stats = await stat(path, { bigint: true });
    return stats.isFile() ? logFileOf(stats, path, name) : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new HowdahError(logshipErrors.fileUnreadable, `cannot look at ${path}`, { cause: error });
  }
};

const logFileOf = (stats: BigIntStats, path: string, name: string): LogFile => ({
  name,
  path,
  device: String(stats.dev),
  inode: String(stats.ino),
  sizeBytes: Number(stats.size),
  modifiedMs: Number(stats.mtimeNs / 1_000n) / 1_000,
});
