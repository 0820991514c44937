import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ourselves, runAs } from '@howdah/testing/run-as';

/** Runs one buildah command; gives what it printed, trimmed. */
export type Buildah = (args: readonly string[], options?: BuildahOptions) => Promise<string>;

export interface BuildahOptions {
  /** Takes everything it said, on top of what is there. */
  readonly log?: string;
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * buildah with a storage of our own, so that nothing is left among the machine's images. chroot isolation
 * needs no container runtime, and works where we are in a container ourselves.
 *
 * @param storage a directory that only this uses.
 */
export const openBuildah = async (storage: string): Promise<Buildah> => {
  const temporary = join(storage, 'tmp');
  await mkdir(temporary, { recursive: true });
  const driver = await usableDriver(storage);
  const common = commonWords(storage, driver);
  return async (args, { log, timeoutMs = 60_000, env = {} } = {}) => {
    try {
      const { stdout, stderr } = await runAs(ourselves(), 'buildah', [...common, ...args], {
        timeoutMs,
        // TMPDIR: there go the caches that a Dockerfile mounts.
        env: { BUILDAH_ISOLATION: 'chroot', TMPDIR: temporary, ...env },
      });
      if (log !== undefined) await note(log, `${stdout}${stderr}`);
      return stdout.trim();
    } catch (error) {
      if (log !== undefined) await note(log, error instanceof Error ? error.message : String(error));
      throw error;
    }
  };
};

const commonWords = (storage: string, driver: string): readonly string[] => [
  ...['--root', join(storage, driver), '--runroot', join(storage, `${driver}-run`)],
  ...['--storage-driver', driver],
];

/** overlay where the kernel lets us: vfs copies the whole root for each step. */
const usableDriver = async (storage: string): Promise<'overlay' | 'vfs'> => {
  try {
    await runAs(ourselves(), 'buildah', [...commonWords(storage, 'overlay'), 'info']);
    return 'overlay';
  } catch {
    return 'vfs';
  }
};

const note = async (log: string, words: string): Promise<void> => {
  await mkdir(dirname(log), { recursive: true });
  await appendFile(log, `${words}\n`);
};
