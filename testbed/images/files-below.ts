import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** By path: all that a layer says of a file, as one line. */
export type Files = ReadonlyMap<string, string>;

/** Everything below a directory: mode, owner, time, whether it has other names, and a digest of its content. */
export const filesBelow = async (root: string): Promise<Files> => {
  const files = new Map<string, string>();
  for (const path of (await readdir(root, { recursive: true })).toSorted()) {
    const file = await lstat(join(root, path));
    const { mode, uid, gid, mtime } = file;
    const names = file.isFile() && file.nlink > 1 ? 'linked' : '';
    const content = await contentOf(join(root, path), file);
    files.set(path, `${mode.toString(8)} ${uid}:${gid} ${mtime.toISOString()} ${names} ${content}`.trim());
  }
  return files;
};

const contentOf = async (path: string, file: Stats): Promise<string> => {
  if (file.isSymbolicLink()) return readlink(path);
  return file.isFile()
    ? createHash('sha256')
        .update(await readFile(path))
        .digest('hex')
    : '';
};

/** A line for each path that is not the same in both. */
export const differences = (first: Files, second: Files): readonly string[] =>
  [...new Set([...first.keys(), ...second.keys()])]
    .filter((path) => first.get(path) !== second.get(path))
    .map((path) => `${path}: ${first.get(path) ?? 'not there'} | ${second.get(path) ?? 'not there'}`);
