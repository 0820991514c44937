import { mkdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { stateFile, writeFileDurably } from '@howdah/runtime/state-file';
import * as z from 'zod';
import { configReloadErrors } from './errors.ts';

/** The two files that the server reads and this agent writes. */
export interface AppliedPaths {
  readonly conf: string;
  readonly hba: string;
}

export const appliedPaths = (directory: string): AppliedPaths => ({
  conf: join(directory, 'postgresql.conf'),
  hba: join(directory, 'pg_hba.conf'),
});

/** New texts; a file that is absent here is left as it is. */
export interface AppliedTexts {
  readonly conf?: string;
  readonly hba?: string;
}

/**
 * The applied files, with a way back: while a new version is on trial, the version before lies beside the
 * state, so that a crash at any moment leaves either a finished trial or one that can be undone.
 */
export interface AppliedFiles {
  readonly paths: AppliedPaths;
  /** Whether a trial has begun that was neither kept nor undone, in this process or one before. */
  onTrial(): Promise<boolean>;
  /** Puts `texts` in place; what stood there before is kept first. */
  beginTrial(texts: AppliedTexts): Promise<void>;
  keep(): Promise<void>;
  /** Puts back what stood there before the trial. */
  undo(): Promise<void>;
  read(): Promise<AppliedTexts>;
  /** Those of `candidates`, paths as the server tells them, that are the applied postgresql.conf. */
  namesOfConf(candidates: Iterable<string>): Promise<ReadonlySet<string>>;
}

const beforeTrial = z.object({
  format: z.literal(1),
  /** Null: there was no file. Absent: it was not touched. */
  conf: z.string().nullable().optional(),
  hba: z.string().nullable().optional(),
});

export const createAppliedFiles = (paths: AppliedPaths, stateDir: string): AppliedFiles => {
  const beforePath = join(stateDir, 'before-trial.json');
  const before = stateFile(beforePath, beforeTrial);

  const read = async (): Promise<AppliedTexts> => {
    const [conf, hba] = await Promise.all([readIfThere(paths.conf), readIfThere(paths.hba)]);
    return { ...(conf === undefined ? {} : { conf }), ...(hba === undefined ? {} : { hba }) };
  };

  return {
    paths,
    read,
    onTrial: async () => (await before.read()) !== undefined,
    beginTrial: async (texts) => {
      const present = await read();
      await before.write({
        format: 1,
        ...(texts.conf === undefined ? {} : { conf: present.conf ?? null }),
        ...(texts.hba === undefined ? {} : { hba: present.hba ?? null }),
      });
      for (const name of ['conf', 'hba'] as const) {
        const text = texts[name];
        if (text !== undefined) await replace(paths[name], text);
      }
    },
    keep: () => rm(beforePath, { force: true }),
    undo: async () => {
      const kept = await before.read();
      for (const name of ['conf', 'hba'] as const) {
        const text = kept?.[name];
        if (text === null) await rm(paths[name], { force: true });
        else if (text !== undefined) await replace(paths[name], text);
      }
      await rm(beforePath, { force: true });
    },
    namesOfConf: async (candidates) => {
      const own = await realpath(paths.conf).catch(() => paths.conf);
      const names = new Set([paths.conf, own]);
      for (const candidate of new Set(candidates)) {
        const real = await realpath(candidate).catch(() => candidate);
        if (real === own) names.add(candidate);
      }
      return names;
    },
  };
};

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new HowdahError(configReloadErrors.appliedUnreadable, `cannot read ${path}`, { cause: error });
  }
};

/**
 * Keeps mode and owner of the file it replaces, and takes the directory's owner for a new one: the server must
 * be able to read it, and nobody more than before.
 */
const replace = async (path: string, text: string): Promise<void> => {
  const directory = dirname(path);
  try {
    await mkdir(directory, { recursive: true });
    const before = await stat(path).catch(() => undefined);
    const mode = before === undefined ? 0o600 : before.mode & 0o777;
    const { uid, gid } = before ?? (await stat(directory));
    await writeFileDurably(path, text, { mode, ...(isRoot() ? { owner: { uid, gid } } : {}) });
  } catch (error) {
    throw new HowdahError(configReloadErrors.appliedUnwritable, `cannot write ${path}`, { cause: error });
  }
};

/**
 * Only root may give a file away, and only root needs to: everybody else is the owner already. A user without
 * a passwd entry, as OpenShift gives it, is told by an error, and is not root.
 */
const isRoot = (): boolean => {
  try {
    return userInfo().uid === 0;
  } catch {
    return false;
  }
};
