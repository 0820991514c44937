import { constants } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { syncDirectory } from '@howdah/runtime/state-file';
import type { SinkMark } from './checkpoint.ts';
import { logshipErrors } from './errors.ts';
import type { Sink } from './sink.ts';

export interface FileSinkOptions {
  readonly id: string;
  readonly path: string;
  /** From this size on the file becomes `<path>.1`. */
  readonly maxBytes: number;
  /** How many of `<path>.1`, `.2` … stay. */
  readonly keep: number;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly inode: string;
  /** Bytes that are ours; what lies behind them was not acknowledged and is written over. */
  lengthBytes: number;
}

/**
 * Each record exactly once: the checkpoint holds the file's length, and what was written after it is cut off
 * at the start. The file is changed for a new one only right after a checkpoint, so the mark is always in the
 * current one. Only this agent writes here.
 */
export class FileSink implements Sink {
  readonly kind = 'file';
  readonly #options: FileSinkOptions;
  #file: OpenFile | undefined;

  constructor(options: FileSinkOptions) {
    this.#options = options;
  }

  get id(): string {
    return this.#options.id;
  }

  async open(mark: SinkMark | undefined): Promise<void> {
    await this.close();
    await this.#try(async () => {
      const file = await openForWriting(this.#options.path);
      this.#file = file;
      // Another inode is another file: rotated just before a crash (and empty), or put there by somebody.
      if (file.inode !== mark?.inode || mark.lengthBytes >= file.lengthBytes) return;
      await file.handle.truncate(mark.lengthBytes);
      file.lengthBytes = mark.lengthBytes;
    });
  }

  async write(lines: Buffer, signal: AbortSignal): Promise<void> {
    const file = this.#open();
    await this.#try(async () => {
      for (let written = 0; written < lines.length; ) {
        signal.throwIfAborted();
        const position = file.lengthBytes + written;
        written += (await file.handle.write(lines, written, lines.length - written, position)).bytesWritten;
      }
    });
    file.lengthBytes += lines.length;
  }

  async flush(): Promise<SinkMark> {
    const { handle, inode, lengthBytes } = this.#open();
    await this.#try(() => handle.datasync());
    return { inode, lengthBytes };
  }

  async tidy(): Promise<boolean> {
    const { path, maxBytes, keep } = this.#options;
    if (this.#open().lengthBytes < maxBytes) return false;
    await this.#try(async () => {
      for (let number = keep; number > 0; number -= 1) {
        await renameIfThere(number === 1 ? path : `${path}.${number - 1}`, `${path}.${number}`);
      }
      await this.close();
      this.#file = await openForWriting(path);
      await syncDirectory(dirname(path));
    });
    return true;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }

  #open(): OpenFile {
    if (this.#file === undefined) throw new Error(`the sink ${this.id} is not open`);
    return this.#file;
  }

  async #try<Value>(action: () => Promise<Value>): Promise<Value> {
    try {
      return await action();
    } catch (error) {
      throw new HowdahError(logshipErrors.sinkUnwritable, `cannot write ${this.#options.path}`, {
        cause: error,
      });
    }
  }
}

const openForWriting = async (path: string): Promise<OpenFile> => {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  const { ino, size } = await handle.stat({ bigint: true });
  return { handle, inode: String(ino), lengthBytes: Number(size) };
};

const renameIfThere = async (from: string, to: string): Promise<void> => {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
};
