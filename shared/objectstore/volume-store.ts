import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { partsOf, sizeOf } from './body.ts';
import { storeFailure } from './classify.ts';
import type { VolumeConfig } from './config.ts';
import { type StoreDeadlines, transferDeadlineMs, withDeadline } from './deadline.ts';
import { describeStore } from './describe-store.ts';
import { guardedBody } from './guarded-body.ts';
import type { ErasableStore, PutOutcome } from './store.ts';

const chunkBytes = 256 * 1024;
/** Of what is being written: no key, whatever a crash leaves of it. */
const unfinished = '.tmp';

/**
 * Objects as files below a directory, for several hosts at once. A file system that hangs (NFS) cannot be asked to stop:
 * the caller is let go at the deadline all the same.
 */
export const createVolumeStore = (
  { directory }: Pick<VolumeConfig, 'directory'>,
  deadlines: StoreDeadlines,
): ErasableStore => {
  const { kind, location } = describeStore({ volume: { directory } });
  const pathOf = (key: string): string => {
    if (key.split('/').some((part) => ['', '.', '..'].includes(part)))
      throw new TypeError(`${key} leads out of its directory`);
    return join(directory, key);
  };
  const answered = async <Value>(
    doing: string,
    ms: number,
    signal: AbortSignal,
    act: () => Promise<Value>,
  ): Promise<Value> => {
    try {
      return await withDeadline(doing, ms, signal, act);
    } catch (error) {
      throw failed(doing, error, signal);
    }
  };

  return {
    kind,
    location,
    put: (key, body, options, signal) => {
      const write = async (): Promise<PutOutcome> => {
        const path = pathOf(key);
        // One that is not mounted is not made: the objects would lie beneath the volume when it comes back.
        await stat(directory);
        await mkdir(dirname(path), { recursive: true, mode: 0o750 });
        const temporary = `${path}.${randomBytes(6).toString('hex')}${unfinished}`;
        try {
          await writeWhole(temporary, partsOf(body, options.sha256, chunkBytes));
          if (options.createOnly) await link(temporary, path);
          else await rename(temporary, path);
        } catch (error) {
          if (options.createOnly && codeOf(error) === 'EEXIST') return { outcome: 'exists' };
          throw error;
        } finally {
          await rm(temporary, { force: true });
        }
        await syncUpTo(directory, dirname(path));
        return { outcome: 'stored' };
      };
      const deadlineMs = transferDeadlineMs(deadlines, sizeOf(body));
      return answered(`cannot write ${key} in ${location}`, deadlineMs, signal, write);
    },
    get: (key, signal) => {
      const doing = `cannot read ${key} in ${location}`;
      return answered(doing, deadlines.answerMs, signal, async () => {
        const file = await unlessAbsent(directory, () => open(pathOf(key), 'r'));
        if (file === undefined) return { outcome: 'absent' };
        const { size } = await file.stat();
        const stream = createReadStream('', { fd: file, highWaterMark: chunkBytes });
        const failure = (error: unknown) => failed(doing, error, signal);
        const body = guardedBody(stream, doing, deadlines.answerMs, signal, failure);
        return { outcome: 'found', sizeBytes: size, body };
      });
    },
    head: (key, signal) =>
      answered(`cannot look at ${key} in ${location}`, deadlines.answerMs, signal, async () => {
        const found = await unlessAbsent(directory, () => stat(pathOf(key)));
        return found === undefined ? { outcome: 'absent' } : { outcome: 'found', sizeBytes: found.size };
      }),
    list: (prefix, _cursor, signal) =>
      answered(`cannot list ${prefix} in ${location}`, deadlines.answerMs, signal, async () => {
        const below = join(directory, prefix.slice(0, prefix.lastIndexOf('/') + 1));
        const entries = await unlessAbsent(directory, () =>
          readdir(below, { recursive: true, withFileTypes: true }),
        );
        const keys = (entries ?? [])
          .filter((entry) => entry.isFile() && !entry.name.endsWith(unfinished))
          .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
          .filter((key) => key.startsWith(prefix));
        return {
          outcome: 'listed',
          keys: keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
        };
      }),
    remove: (key, signal) =>
      answered(`cannot remove ${key} from ${location}`, deadlines.answerMs, signal, () =>
        rm(pathOf(key), { force: true }),
      ),
    close: () => undefined,
  };
};

const writeWhole = async (path: string, parts: AsyncIterable<Buffer>): Promise<void> => {
  const file = await open(path, 'wx', 0o640);
  try {
    for await (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Makes names in `directory`, and those of the directories above it up to `top`, survive a power failure. */
const syncUpTo = async (top: string, directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (directory !== top && directory.startsWith(top)) await syncUpTo(top, dirname(directory));
};

/** @returns undefined where the name is not there and `directory` is. */
const unlessAbsent = async <Value>(
  directory: string,
  ask: () => Promise<Value>,
): Promise<Value | undefined> => {
  try {
    return await ask();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await stat(directory);
    return undefined;
  }
};

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const failed = (doing: string, error: unknown, signal: AbortSignal): Error => {
  if (signal.aborted) return signal.reason;
  if (error instanceof HowdahError || error instanceof TypeError) return error;
  const code = codeOf(error);
  return storeFailure(doing, code === undefined ? {} : { code }, error);
};
