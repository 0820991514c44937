import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { auditErrors } from './errors.ts';
import { type FoundFile, fingerprintBytes } from './follow.ts';
import type { LogSource } from './model.ts';

export interface LogDirectory {
  readonly source: LogSource;
  readonly path: string;
}

/** The files that may hold audit records, and their bytes. */
export interface LogFiles {
  /** Undefined when nothing has changed since the last call. */
  look(): Promise<readonly FoundFile[] | undefined>;
  /** After a failed pass: the next `look` tells all again. */
  forget(): void;
  /** Opens `file`; undefined when it is gone meanwhile. */
  open(file: FoundFile): Promise<FileHandle | undefined>;
}

export const logFiles = (directories: readonly LogDirectory[]): LogFiles => {
  /** By identity: only a file that has changed is opened again for its head. */
  let seen: ReadonlyMap<string, FoundFile> | undefined;
  const pathOf = (file: FoundFile) =>
    join(directories.find(({ source }) => source === file.source)?.path ?? '', file.name);
  return {
    look: async () => {
      const entries = (await Promise.all(directories.map(listDirectory))).flat();
      const before = seen;
      if (before?.size === entries.length && entries.every(({ identity }) => before.has(identity)))
        return undefined;
      const found = new Map<string, FoundFile>();
      for (const entry of entries) {
        const file = before?.get(entry.identity) ?? (await readHead(entry));
        if (file !== undefined) found.set(entry.identity, file);
      }
      seen = found;
      return [...found.values()];
    },
    forget: () => {
      seen = undefined;
    },
    open: (file) => openIfThere(pathOf(file)),
  };
};

interface Entry {
  readonly path: string;
  /** Changes with every write. */
  readonly identity: string;
  readonly file: Omit<FoundFile, 'head'>;
}

/** csvlog ends in .csv, whatever log_filename says; pgauditlogtofile's names are free, and all files are its. */
const isWanted = (source: LogSource, name: string): boolean =>
  source === 'csvlog' ? name.endsWith('.csv') : !name.startsWith('.');

const listDirectory = async ({ source, path: directory }: LogDirectory): Promise<readonly Entry[]> => {
  try {
    const names = (await readdir(directory)).filter((name) => isWanted(source, name)).sort();
    const entries = await Promise.all(
      names.map(async (name): Promise<Entry | undefined> => {
        const path = join(directory, name);
        const stats = await stat(path).catch(absentIsUndefined);
        if (stats === undefined || !stats.isFile()) return undefined;
        const { ino: inode, size: sizeBytes, mtimeMs: modifiedMs } = stats;
        const identity = `${path} ${inode} ${sizeBytes} ${modifiedMs}`;
        return { path, identity, file: { source, name, inode, sizeBytes, modifiedMs } };
      }),
    );
    return entries.filter((entry) => entry !== undefined);
  } catch (error) {
    throw unreadable(directory, error);
  }
};

/** The size counts as found before the head: what is written in between is read the next time. */
const readHead = async ({ path, file }: Entry): Promise<FoundFile | undefined> => {
  const handle = await openIfThere(path);
  if (handle === undefined) return undefined;
  try {
    const wanted = Math.min(fingerprintBytes, file.sizeBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(wanted), 0, wanted, 0);
    return { ...file, head: buffer.subarray(0, bytesRead) };
  } finally {
    await handle.close();
  }
};

const openIfThere = async (path: string): Promise<FileHandle | undefined> => {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw unreadable(path, error);
  }
};

const absentIsUndefined = (error: unknown): undefined => {
  if (hasCode(error, 'ENOENT')) return undefined;
  throw error;
};

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

const unreadable = (path: string, cause: unknown): HowdahError =>
  cause instanceof HowdahError
    ? cause
    : new HowdahError(auditErrors.logDirectoryUnreadable, `cannot read ${path}`, { cause });
