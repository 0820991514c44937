import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failure, type Result, success } from '@howdah/core/result';
import type { ConfigProblem } from '@howdah/status/common';
import { digestOf, type KnownConfig, loadConfig } from './config.ts';
import type { Directories } from './directories.ts';
import { type ConfigDescription, configFileName, parseText } from './parse-config.ts';
import { writeFileDurably } from './state-file.ts';

/** What an agent is to run on, and what is wrong with the newest file when it is not that. */
export type ConfigInForce<Config> =
  | { readonly state: 'off'; readonly problems: readonly []; readonly notKept?: never }
  | ({
      readonly state: 'valid';
      readonly problems: readonly ConfigProblem[];
      /** Why it could not be kept as the last good one: the state volume is full, or not ours. */
      readonly notKept?: unknown;
    } & KnownConfig<Config>)
  | {
      readonly state: 'misconfigured';
      readonly problems: readonly ConfigProblem[];
      readonly notKept?: never;
    };

/**
 * Decides what an agent runs on: its file when that is correct (then kept in the state directory), else the
 * last good one, else nothing. A correct file that cannot be kept is in force all the same.
 */
export const configInForce = async <Config>(
  directories: Directories,
  description: ConfigDescription<Config>,
  known?: KnownConfig<Config>,
): Promise<ConfigInForce<Config>> => {
  const loaded = await loadConfig(directories.config, description, known);
  if (loaded.state === 'absent') return { state: 'off', problems: [] };
  const lastGood = join(directories.state, description.name, `last-good-${configFileName(description.name)}`);
  if (loaded.state === 'valid') {
    const kept = await keepLastGood(lastGood, loaded.text);
    return {
      state: 'valid',
      digest: loaded.digest,
      config: loaded.config,
      namedFiles: loaded.namedFiles,
      problems: [],
      ...(kept.ok ? {} : { notKept: kept.problem }),
    };
  }
  const kept = await readLastGood(lastGood);
  // A secret that vanishes for a moment is no reason to stop: here nobody asks for the files that are named.
  const parsed = kept === undefined ? undefined : parseText(kept.text, description);
  if (kept === undefined || parsed === undefined || !parsed.ok)
    return { state: 'misconfigured', problems: loaded.problems };
  return { state: 'valid', digest: kept.digest, ...parsed.value, problems: loaded.problems };
};

const keepLastGood = async (path: string, text: string): Promise<Result<undefined, unknown>> => {
  try {
    if ((await readLastGood(path))?.text === text) return success(undefined);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFileDurably(path, text);
    return success(undefined);
  } catch (error) {
    return failure(error);
  }
};

const readLastGood = async (path: string): Promise<{ text: string; digest: string } | undefined> => {
  try {
    const text = await readFile(path, 'utf8');
    return { text, digest: digestOf(text) };
  } catch {
    // Not there, or not readable: then there is no last good configuration to run on.
    return undefined;
  }
};
