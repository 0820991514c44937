import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import type * as z from 'zod';
import { runtimeErrors } from './errors.ts';

export interface DurableWriteOptions {
  /** Default 0600. */
  readonly mode?: number;
  /** Given to whoever must read it, before it is there under its name; only root can. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/**
 * Replaces `path` by `content` so that after a crash at any moment either the old or the new content is
 * there whole: temporary file, fsync, rename, fsync of the directory. One writer for a path; what a crash
 * leaves as `<path>.tmp` is taken for the next write.
 */
export const writeFileDurably = async (
  path: string,
  content: string | Uint8Array,
  { mode = 0o600, owner }: DurableWriteOptions = {},
): Promise<void> => {
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, 'w', mode);
    try {
      await file.chmod(mode);
      if (owner !== undefined) await file.chown(owner.uid, owner.gid);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
};

/** Makes renames and creations in `directory` survive a power failure. */
export const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** A small JSON file in the state directory, described by a schema that carries `format: n`. */
export interface StateFile<State> {
  /** Undefined when the file is not there. Rejects with HOWDAH_STATE_DAMAGED when it cannot be understood. */
  read(): Promise<State | undefined>;
  write(state: State): Promise<void>;
}

export const stateFile = <State>(path: string, schema: z.ZodType<State>): StateFile<State> => ({
  read: async () => {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw new HowdahError(runtimeErrors.stateUnreadable, `cannot read ${path}`, { cause: error });
    }
    try {
      return schema.parse(JSON.parse(text));
    } catch (error) {
      throw new HowdahError(runtimeErrors.stateDamaged, `${path} is not what was written there`, {
        cause: error,
      });
    }
  },
  write: async (state) => {
    try {
      await writeFileDurably(path, `${JSON.stringify(state)}\n`);
    } catch (error) {
      throw new HowdahError(runtimeErrors.stateUnwritable, `cannot write ${path}`, { cause: error });
    }
  },
});
