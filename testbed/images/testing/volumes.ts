import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mount } from './container-config.ts';

/** Directories in place of a pod's volumes. */
export interface Volumes extends AsyncDisposable {
  /** What is mounted at `path`. */
  directory(path: string): string;
  readonly mounts: readonly Mount[];
}

const writable = [
  '/var/lib/postgresql/data',
  '/var/log/postgresql',
  '/run/postgresql',
  '/run/howdah',
  '/var/lib/howdah',
  '/tmp',
];

/**
 * The volumes of one pod, given to its group as the kubelet does with fsGroup.
 *
 * @param files by their path in the container; their directories are mounted read-only, as ConfigMaps are.
 */
export const makeVolumes = async (
  gid: number,
  files: Readonly<Record<string, string>> = {},
): Promise<Volumes> => {
  const root = await mkdtemp(join(tmpdir(), 'howdah-volumes-'));
  await chmod(root, 0o755);
  const directory = (path: string) => join(root, path.replaceAll('/', '_'));
  for (const path of writable) {
    await mkdir(directory(path));
    await chown(directory(path), 0, gid);
    await chmod(directory(path), path === '/tmp' ? 0o1777 : 0o2775);
  }
  const mounts: Mount[] = writable.map((path) => ({ at: path, from: directory(path) }));
  for (const [path, text] of Object.entries(files)) {
    const at = path.slice(0, path.lastIndexOf('/'));
    await mkdir(directory(at), { recursive: true });
    await writeFile(join(directory(at), path.slice(at.length + 1)), text);
    if (!mounts.some((mount) => mount.at === at)) mounts.push({ at, from: directory(at), readOnly: true });
  }
  return {
    directory,
    mounts,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
};
