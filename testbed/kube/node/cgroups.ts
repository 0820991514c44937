import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = '/sys/fs/cgroup';

/** The tops of all hierarchies: one with cgroup v2, one for each controller with v1. */
const hierarchies = (): readonly string[] =>
  existsSync(join(root, 'cgroup.controllers'))
    ? [root]
    : readdirSync(root, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(root, entry.name));

/** Makes `cgroup` in every hierarchy; the kubelet takes a root of its own only when it is there. */
export const makeCgroups = async (cgroup: string): Promise<void> => {
  for (const top of hierarchies()) {
    const path = join(top, cgroup);
    await mkdir(path, { recursive: true });
    // With v1 a new cpuset has neither processors nor memory, and nothing could run in it.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (!existsSync(join(top, file)) || existsSync(join(top, 'cgroup.controllers'))) continue;
      await writeFile(join(path, file), await readFile(join(top, file), 'utf8'));
    }
  }
};

/** Removes `cgroup` and all below it; what still has processes stays. */
export const removeCgroups = async (cgroup: string): Promise<void> => {
  for (const top of hierarchies()) await removeTree(join(top, cgroup));
};

/** Only directories can be removed here, from the deepest up: their files are the kernel's. */
const removeTree = async (path: string): Promise<void> => {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name));
  await rmdir(path).catch(() => undefined);
};
