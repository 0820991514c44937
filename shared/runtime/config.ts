import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, HowdahError } from '@howdah/core/errors';
import { success } from '@howdah/core/result';
import { agentNames, type ConfigProblem } from '@howdah/status/common';
import { runtimeErrors } from './errors.ts';
import {
  type ConfigDescription,
  configFileName,
  type NamedFile,
  type ParsedConfig,
  parseText,
} from './parse-config.ts';

/** What stands in the configuration directory for one agent. */
export type LoadedConfig<Config> =
  | { readonly state: 'absent' }
  | { readonly state: 'invalid'; readonly digest: string; readonly problems: readonly ConfigProblem[] }
  | ({ readonly state: 'valid'; readonly digest: string; readonly text: string } & ParsedConfig<Config>);

/** A ConfigMap holds at most 1 MiB; a larger file is not a configuration. */
const largestConfigBytes = 1024 * 1024;

/** sha256 in hexadecimal: how `/status` names a configuration. */
export const digestOf = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

/** A configuration that was read before, so that the same bytes are not parsed with every look. */
export interface KnownConfig<Config> extends ParsedConfig<Config> {
  readonly digest: string;
}

/** Reads and checks `<name>.yaml`; every problem of the file at once. */
export const loadConfig = async <Config>(
  directory: string,
  description: ConfigDescription<Config>,
  known?: KnownConfig<Config>,
): Promise<LoadedConfig<Config>> => {
  const file = configFileName(description.name);
  let bytes: Buffer;
  try {
    bytes = await readFile(join(directory, file));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return { state: 'absent' };
    return {
      state: 'invalid',
      digest: '',
      problems: [{ file, path: '', expected: `a readable file (${describeError(error)})` }],
    };
  }
  const digest = digestOf(bytes);
  if (bytes.length > largestConfigBytes) {
    return {
      state: 'invalid',
      digest,
      problems: [{ file, path: '', seen: `${bytes.length} bytes`, expected: 'at most 1 MiB' }],
    };
  }
  const text = bytes.toString('utf8');
  const parsed = known?.digest === digest ? success(known) : parseText(text, description);
  const unreadable = await unreadableFiles(
    file,
    parsed.ok ? parsed.value.namedFiles : parsed.problem.namedFiles,
  );
  if (!parsed.ok) return { state: 'invalid', digest, problems: [...parsed.problem.problems, ...unreadable] };
  if (unreadable.length > 0) return { state: 'invalid', digest, problems: unreadable };
  const { config, namedFiles } = parsed.value;
  return { state: 'valid', digest, text, config, namedFiles };
};

/** Everything wrong in the directory, agents' files and strangers alike; empty when all is well. */
export const checkConfigDirectory = async (
  directory: string,
  descriptions: readonly ConfigDescription<unknown>[],
): Promise<readonly ConfigProblem[]> => {
  const loaded = await Promise.all(descriptions.map((description) => loadConfig(directory, description)));
  const problems = loaded.flatMap((config) => (config.state === 'invalid' ? config.problems : []));
  return [...(await strangeFiles(directory)), ...problems];
};

/** YAML files by a name that turns no agent on: most often a slip of the pen. */
export const strangeFiles = async (directory: string): Promise<readonly ConfigProblem[]> => {
  const known = new Set(agentNames.map(configFileName));
  const entries = await listConfigDirectory(directory);
  return entries
    .filter((entry) => /\.ya?ml$/.test(entry) && !known.has(entry))
    .map((file) => ({ file, path: '', expected: `a file named after an agent: ${[...known].join(', ')}` }));
};

export const listConfigDirectory = async (directory: string): Promise<readonly string[]> => {
  try {
    return await readdir(directory);
  } catch (error) {
    throw new HowdahError(
      runtimeErrors.configDirectoryUnreadable,
      `cannot read the configuration directory ${directory}`,
      {
        cause: error,
      },
    );
  }
};

/** Keys whose files are nothing without a content. */
const holdsSecret = /(password|passphrase|token|key|keyId|value)File$/i;

/** A named file must be readable now: secrets, certificates, pgbackrest.conf. A program must be executable. */
const unreadableFiles = async (
  file: string,
  namedFiles: readonly NamedFile[],
): Promise<readonly ConfigProblem[]> => {
  const found = await Promise.all(
    namedFiles.map(async ({ key, path, isProgram }): Promise<readonly ConfigProblem[]> => {
      try {
        await access(path, isProgram === true ? constants.X_OK : constants.R_OK);
        const facts = await stat(path);
        // A directory may be searched, which is the same bit.
        if (isProgram === true && !facts.isFile()) throw new Error('it is no file');
        if (holdsSecret.test(key) && facts.isFile() && facts.size === 0) throw new Error('it is empty');
        return [];
      } catch (error) {
        const why = hasCode(error, 'ENOENT') ? 'there is none' : describeError(error);
        const expected = `${isProgram === true ? 'a program that can be run' : 'a file that can be read'} (${why})`;
        return [{ file, path: key, seen: JSON.stringify(path), expected }];
      }
    }),
  );
  return found.flat();
};

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
