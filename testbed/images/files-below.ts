import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** By path: all that a layer says of a file, as one line. */
export type Files = ReadonlyMap<string, string>;

/** Everything below a directory: mode, owner, time, and content as its sha256. */
export const filesBelow = async (root: string): Promise<Files> => {
  const files = new Map<string, string>();
  for (const path of (await readdir(root, { recursive: true })).toSorted()) {
    const at = join(root, path);
    const { mode, uid, gid, mtime, ...is } = await lstat(at);
    const isFile = (mode & 0o170000) === 0o100000;
    const isLink = (mode & 0o170000) === 0o120000;
    const content = isLink ? await readlink(at) : isFile ? sha256(await readFile(at)) : '';
    files.set(
      path,
      [
        mode.toString(8),
        `${uid}:${gid}`,
        mtime.toISOString(),
        content,
        is.nlink > 1 && isFile ? 'linked' : '',
      ]
        .join(' ')
        .trim(),
    );
  }
  return files;
};

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 12);

/** A line for each path that is not the same in both. */
export const differences = (first: Files, second: Files): readonly string[] =>
  [...new Set([...first.keys(), ...second.keys()])]
    .filter((path) => first.get(path) !== second.get(path))
    .map((path) => `${path}: ${first.get(path) ?? 'not there'} | ${second.get(path) ?? 'not there'}`);
