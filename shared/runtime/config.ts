import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, HowdahError } from '@howdah/core/errors';
import { failure, type Result, success } from '@howdah/core/result';
import { type AgentName, agentNames, type ConfigProblem } from '@howdah/status/common';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { runtimeErrors } from './errors.ts';

/** What stands in the configuration directory for one agent. */
export type LoadedConfig<Config> =
  | { readonly state: 'absent' }
  | { readonly state: 'invalid'; readonly digest: string; readonly problems: readonly ConfigProblem[] }
  | { readonly state: 'valid'; readonly digest: string; readonly text: string; readonly config: Config };

/** Enough to describe and check one agent's file. */
export interface ConfigDescription<Config> {
  readonly name: AgentName;
  readonly schema: z.ZodType<Config>;
}

/** A ConfigMap holds at most 1 MiB; a larger file is not a configuration. */
const largestConfigBytes = 1024 * 1024;

/** sha256 in hexadecimal: how `/status` names a configuration. */
export const digestOf = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

export const configFileName = (name: AgentName): string => `${name}.yaml`;

/** Reads and checks `<name>.yaml`; every problem of the file at once. */
export const loadConfig = async <Config>(
  directory: string,
  description: ConfigDescription<Config>,
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
  const parsed = await parseConfig(text, description);
  return parsed.ok
    ? { state: 'valid', digest, text, config: parsed.value }
    : { state: 'invalid', digest, problems: parsed.problem };
};

/**
 * Checks the text of a file: YAML, schema, and that each file it names by a `…File` key can be read, which
 * is left out for what runs already: a secret that vanishes for a moment is no reason to stop.
 */
export const parseConfig = async <Config>(
  text: string,
  { name, schema }: ConfigDescription<Config>,
  namedFiles: 'checked' | 'unchecked' = 'checked',
): Promise<Result<Config, readonly ConfigProblem[]>> => {
  const file = configFileName(name);
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    return failure(
      document.errors.map((error) => ({
        file,
        path: error.linePos === undefined ? '' : `line ${error.linePos[0].line}`,
        expected: `valid YAML: ${error.message.split('\n', 1)[0]?.replace(/:$/, '')}`,
      })),
    );
  }
  let content: unknown;
  try {
    // The bound on aliases is yaml's own; an alias bomb is refused here.
    content = document.toJS() ?? {};
  } catch (error) {
    return failure([{ file, path: '', expected: `valid YAML: ${describeError(error)}` }]);
  }
  const result = schema.safeParse(content);
  const unreadable = namedFiles === 'checked' ? await unreadableFiles(file, content) : [];
  if (!result.success) {
    const issues = result.error.issues.flatMap((issue) => flattenIssue(issue));
    return failure([...issues.map((issue) => problemOf(file, issue, content)), ...unreadable]);
  }
  return unreadable.length > 0 ? failure(unreadable) : success(result.data);
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

type Issue = z.core.$ZodIssue;

/** A union's failure says nothing by itself: tell what is wrong with the variant that came nearest. */
const flattenIssue = (issue: Issue): readonly Issue[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      ...issue,
      path: [...issue.path, key],
      message: 'a known key (this one is unknown)',
    }));
  }
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const nearest = issue.errors.reduce((best, variant) => (variant.length < best.length ? variant : best));
  return nearest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
};

const problemOf = (file: string, issue: Issue, content: unknown): ConfigProblem => {
  const seen = describeSeen(issue.path, content);
  return {
    file,
    path: issue.path.map(String).join('.'),
    ...(seen === undefined ? {} : { seen }),
    expected: wordsOf(issue),
  };
};

/** zod says `Invalid input: expected number, received string`; what was received stands in `seen` already. */
const wordsOf = ({ message }: Issue): string =>
  message.replace(/^[^:]+: expected /, '').replace(/, received [^,]+$/, '');

const secretName = /password|secret|token|accountkey|passphrase/i;

/** `user:password@` of an address; the password may hold a slash by mistake. */
const credentialsInUrl = /\/\/[^@"\s]*@/g;

/** The value at `path`, shortened; never that of a key whose name speaks of a secret. */
const describeSeen = (path: readonly PropertyKey[], content: unknown): string | undefined => {
  let value = content;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  if (value === undefined) return undefined;
  if (path.some((key) => secretName.test(String(key)) && !String(key).endsWith('File'))) return '[redacted]';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'a mapping';
  const text = JSON.stringify(value).replace(credentialsInUrl, '//[redacted]@');
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};

/** A key that ends in `File` names a file that must be readable now: secrets, certificates, pgbackrest.conf. */
const unreadableFiles = async (
  file: string,
  content: unknown,
  path: string[] = [],
): Promise<ConfigProblem[]> => {
  if (typeof content !== 'object' || content === null) return [];
  const found = await Promise.all(
    Object.entries(content).map(async ([key, value]): Promise<ConfigProblem[]> => {
      const here = [...path, key];
      if (typeof value !== 'string' || !key.endsWith('File')) return unreadableFiles(file, value, here);
      try {
        await access(value, constants.R_OK);
        return [];
      } catch (error) {
        const why = hasCode(error, 'ENOENT') ? 'there is none' : describeError(error);
        return [
          {
            file,
            path: here.join('.'),
            seen: JSON.stringify(value),
            expected: `a file that can be read (${why})`,
          },
        ];
      }
    }),
  );
  return found.flat();
};

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
