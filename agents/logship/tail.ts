import { type FileHandle, open } from 'node:fs/promises';
import { HowdahError } from '@howdah/core/errors';
import { logshipErrors } from './errors.ts';
import { headBytes, matchesFingerprint } from './fingerprint.ts';
import type { FilePosition, LogFile } from './model.ts';

/** Large enough that system calls do not count, small enough that a chunk does not hold up the process. */
export const chunkBytes = 128 * 1024;

/** One open log file. */
export interface Tail extends AsyncDisposable {
  /** The first bytes, at most 1 KiB. */
  head(): Promise<Buffer>;
  /** The next bytes from `offset` on, in a buffer that the next call uses again; empty at the end. */
  read(offset: number): Promise<Buffer>;
}

/** Undefined when the file is gone, or another one has its name by now. */
export const openTail = async (
  file: LogFile,
  buffer = Buffer.allocUnsafe(chunkBytes),
): Promise<Tail | undefined> => {
  const handle = await openOrUndefined(file.path);
  if (handle === undefined) return undefined;
  const stats = await handle.stat({ bigint: true });
  if (String(stats.dev) !== file.device || String(stats.ino) !== file.inode) {
    await handle.close();
    return undefined;
  }
  return {
    head: () => readAt(handle, file.path, Buffer.alloc(headBytes), 0),
    read: (offset) => readAt(handle, file.path, buffer, offset),
    [Symbol.asyncDispose]: () => handle.close(),
  };
};

/** Whether the file still is the one that the position was taken of: a truncation may come at any moment. */
export const stillThere = async (tail: Tail, position: FilePosition): Promise<boolean> =>
  matchesFingerprint(position.fingerprint, await tail.head());

const openOrUndefined = async (path: string): Promise<FileHandle | undefined> => {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new HowdahError(logshipErrors.fileUnreadable, `cannot open ${path}`, { cause: error });
  }
};

const readAt = async (handle: FileHandle, path: string, buffer: Buffer, offset: number): Promise<Buffer> => {
  try {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw new HowdahError(logshipErrors.fileUnreadable, `cannot read ${path}`, { cause: error });
  }
};
