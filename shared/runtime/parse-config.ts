import { describeError } from '@howdah/core/errors';
import { failure, type Result, success } from '@howdah/core/result';
import type { AgentName, ConfigProblem } from '@howdah/status/common';
import { parseDocument } from 'yaml';
import type * as z from 'zod';

/** Enough to describe and check one agent's file. */
export interface ConfigDescription<Config> {
  readonly name: AgentName;
  readonly schema: z.ZodType<Config>;
}

/** A correct file, and the files that it names by its `…File` keys, and the programs by its keys `command`. */
export interface ParsedConfig<Config> {
  readonly config: Config;
  readonly namedFiles: readonly NamedFile[];
}

export interface NamedFile {
  /** Of the key, such as `store.azure.accountKeyFile`. */
  readonly key: string;
  readonly path: string;
  /** One that is to be run. */
  readonly isProgram?: true;
}

export const configFileName = (name: AgentName): string => `${name}.yaml`;

/** What is wrong with a text, and the files that it names all the same. */
interface UnusableText {
  readonly problems: readonly ConfigProblem[];
  readonly namedFiles: readonly NamedFile[];
}

/** Checks the text of a file: YAML and schema. Whether the files that it names can be read is for the caller. */
export const parseText = <Config>(
  text: string,
  { name, schema }: ConfigDescription<Config>,
): Result<ParsedConfig<Config>, UnusableText> => {
  const file = configFileName(name);
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      file,
      path: error.linePos === undefined ? '' : `line ${error.linePos[0].line}`,
      expected: `valid YAML: ${error.message.split('\n', 1)[0]?.replace(/:$/, '')}`,
    }));
    return failure({ problems, namedFiles: [] });
  }
  let content: unknown;
  try {
    // The bound on aliases is yaml's own; an alias bomb is refused here.
    content = document.toJS() ?? {};
  } catch (error) {
    const problems = [{ file, path: '', expected: `valid YAML: ${describeError(error)}` }];
    return failure({ problems, namedFiles: [] });
  }
  const namedFiles = namedFilesIn(content);
  const result = schema.safeParse(content);
  if (result.success) return success({ config: result.data, namedFiles });
  const issues = result.error.issues.flatMap((issue) => flattenIssue(issue));
  return failure({ problems: issues.map((issue) => problemOf(file, issue, content)), namedFiles });
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

const secretName = /password|secret|token|accountkey|passphrase|cipher-pass|(s3|azure|gcs)-key/i;

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

/** A key that ends in `File` names a file, a list `command` a program by its first entry. */
const namedFilesIn = (content: unknown, path: readonly string[] = []): readonly NamedFile[] => {
  if (typeof content !== 'object' || content === null) return [];
  return Object.entries(content).flatMap(([key, value]): readonly NamedFile[] => {
    const here = [...path, key];
    if (key === 'command' && Array.isArray(value) && typeof value[0] === 'string')
      return [{ key: `${here.join('.')}.0`, path: value[0], isProgram: true }];
    return typeof value === 'string' && key.endsWith('File')
      ? [{ key: here.join('.'), path: value }]
      : namedFilesIn(value, here);
  });
};
