import { chown, mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identityOf, type OsUser } from '@howdah/testing/run-as';

/**
 * Writes `files` into `directory` as the kubelet writes a mounted ConfigMap or Secret (AtomicWriter in
 * kubernetes/pkg/volume/util/atomic_writer.go): the content goes to a new folder named by the time, the
 * link `..data` is swapped to it by one rename, and each file is a link through `..data`. A reader sees
 * all of the old files or all of the new ones. Files left out are removed.
 *
 * @param mode of the files; 0644 as a ConfigMap's default.
 * @param owner to whom they belong as soon as they can be seen.
 */
export const writeMountedDirectory = async (
  directory: string,
  files: Readonly<Record<string, string>>,
  mode = 0o644,
  owner?: OsUser,
): Promise<void> => {
  await mkdir(directory, { recursive: true });
  const before = await readlink(join(directory, '..data')).catch(() => undefined);
  const folder = timestampedName(before);
  await mkdir(join(directory, folder), { mode: 0o755 });
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, folder, name);
    await writeFile(path, content, { mode });
    if (owner !== undefined && identityOf(owner).uid !== undefined) await chown(path, owner.uid, owner.gid);
  }
  await rm(join(directory, '..data_tmp'), { force: true });
  await symlink(folder, join(directory, '..data_tmp'));
  await rename(join(directory, '..data_tmp'), join(directory, '..data'));

  const visible = (await readdir(directory)).filter((name) => !name.startsWith('..'));
  for (const name of Object.keys(files)) {
    if (!visible.includes(name)) await symlink(join('..data', name), join(directory, name));
  }
  for (const name of visible) {
    if (!(name in files)) await rm(join(directory, name));
  }
  if (before !== undefined) await rm(join(directory, before), { recursive: true, force: true });
};

/** What a mounted directory holds now. */
export const readMountedDirectory = async (directory: string): Promise<Record<string, string>> => {
  const data = join(directory, '..data');
  const names = await readdir(data).catch(() => []);
  const entries = await Promise.all(
    names.map(async (name) => [name, await readFile(join(data, name), 'utf8')] as const),
  );
  return Object.fromEntries(entries);
};

let counter = 0;

/** Like `..2026_11_21_09_12_33.1234567`; never the name that stands. */
const timestampedName = (before: string | undefined): string => {
  counter += 1;
  const seconds = new Date().toISOString().slice(0, 19).replaceAll(/[-T:]/g, '_');
  const name = `..${seconds}.${process.pid}${String(counter).padStart(4, '0')}`;
  return name === before ? `${name}0` : name;
};
