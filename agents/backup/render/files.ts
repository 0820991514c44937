import { chmod, chown, mkdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { writeFileDurably } from '@howdah/runtime/state-file';
import { backupErrors } from '../errors.ts';

/** Where pgBackRest looks with `--config-path`. */
export interface RenderedPaths {
  readonly configFile: string;
  readonly includePath: string;
  readonly secretsFile: string;
}

export const renderedPaths = (directory: string): RenderedPaths => ({
  configFile: join(directory, 'pgbackrest.conf'),
  includePath: join(directory, 'conf.d'),
  secretsFile: join(directory, 'conf.d', 'secrets.conf'),
});

export interface RenderedTexts {
  readonly configuration: string;
  readonly secrets: string;
}

const modes = { configuration: 0o640, secrets: 0o600, directory: 0o750, secretDirectory: 0o700 } as const;

/** Whether both files are there as they would be written. */
export const areInPlace = async (paths: RenderedPaths, texts: RenderedTexts): Promise<boolean> =>
  (await isInPlace(paths.configFile, texts.configuration, modes.configuration)) &&
  (await isInPlace(paths.secretsFile, texts.secrets, modes.secrets));

/**
 * Writes both files, each whole or not at all, and reads them back; one that is right already is left alone. The secrets
 * come first: what names a repository without its key would fail.
 */
export const putInPlace = async (directory: string, texts: RenderedTexts): Promise<void> => {
  const paths = renderedPaths(directory);
  await ensureDirectory(directory, modes.directory);
  await ensureDirectory(paths.includePath, modes.secretDirectory);
  await replace(paths.secretsFile, texts.secrets, modes.secrets);
  await replace(paths.configFile, texts.configuration, modes.configuration);
};

/**
 * Lays both files out beside those in force, where pgBackRest does not look, for as long as `use` takes. They lie where
 * secrets lie, since they hold the same.
 */
export const withCandidate = async <T>(
  directory: string,
  texts: RenderedTexts,
  use: (paths: RenderedPaths) => Promise<T>,
): Promise<T> => {
  const { includePath } = renderedPaths(directory);
  const candidate = join(includePath, 'candidate');
  await ensureDirectory(directory, modes.directory);
  await ensureDirectory(includePath, modes.secretDirectory);
  try {
    await ensureDirectory(candidate, modes.secretDirectory);
    await putInPlace(candidate, texts);
    return await use(renderedPaths(candidate));
  } finally {
    await rm(candidate, { recursive: true, force: true });
  }
};

const replace = async (path: string, text: string, mode: number): Promise<void> => {
  if (await isInPlace(path, text, mode)) return;
  try {
    await writeFileDurably(path, text, { mode, ...(await ownerFor(dirname(path))) });
  } catch (cause) {
    throw new HowdahError(backupErrors.notRendered, `cannot write ${path}`, { cause });
  }
  if (!(await isInPlace(path, text, mode)))
    throw new HowdahError(backupErrors.notRendered, `${path} does not hold what was written there`);
};

const isInPlace = async (path: string, text: string, mode: number): Promise<boolean> => {
  try {
    const { mode: present } = await stat(path);
    return (present & 0o777) === mode && (await readFile(path, 'utf8')) === text;
  } catch {
    // Not there, or not to be read: then it is to be written.
    return false;
  }
};

/** One that is mounted, or made by somebody, keeps its mode. */
const ensureDirectory = async (path: string, mode: number): Promise<void> => {
  try {
    await mkdir(path, { mode });
    await chmod(path, mode);
    const { owner } = await ownerFor(dirname(path));
    if (owner !== undefined) await chown(path, owner.uid, owner.gid);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return;
    throw new HowdahError(backupErrors.notRendered, `cannot make ${path}`, { cause });
  }
};

/** Of tmpfs and of ramfs, from linux/magic.h. */
const memoryFileSystems: readonly number[] = [0x01021994, 0x858458f6];

/** Whether what lies there is gone with the machine's power; false where nobody knows. */
export const isInMemory = async (path: string): Promise<boolean> => {
  try {
    return memoryFileSystems.includes((await statfs(path)).type);
  } catch {
    return false;
  }
};

type Owner = { readonly owner?: { readonly uid: number; readonly gid: number } };

/** Beside an agent that runs as root PostgreSQL does not: the files belong to whoever the directory does. */
const ownerFor = async (directory: string): Promise<Owner> => {
  if (!isRoot()) return {};
  const { uid, gid } = await stat(directory);
  return { owner: { uid, gid } };
};

const isRoot = (): boolean => {
  try {
    return userInfo().uid === 0;
  } catch {
    // A user without a passwd entry, as OpenShift gives it, is not root.
    return false;
  }
};
