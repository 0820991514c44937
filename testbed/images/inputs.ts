import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ourselves, runAs } from '@howdah/testing/run-as';
import type { Recipe } from './recipes.ts';

/** Files that .dockerignore keeps away from a build; they may change without making an image old. */
const isIgnored = (path: string): boolean => /\.test\.ts$|\/(testdata|dist|node_modules)\//.test(path);

/** sha256 over everything of the clone that an image is made of, as it stands, committed or not. */
export const digestOfInputs = async (clone: string, recipe: Recipe): Promise<string> => {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...recipe.sources];
  const { stdout } = await runAs(ourselves(), 'git', ['-c', `safe.directory=${clone}`, ...list], {
    cwd: clone,
  });
  const digest = createHash('sha256').update(JSON.stringify(recipe));
  const paths = [...new Set(stdout.split('\0'))].filter((path) => path !== '' && !isIgnored(path)).toSorted();
  for (const path of paths) {
    // A file that was deleted and not committed is listed still.
    const content = await readFile(join(clone, path)).catch(() => undefined);
    if (content !== undefined) digest.update(`${path}\0${content.length}\0`).update(content);
  }
  return digest.digest('hex');
};

/** Where an image's files come from. */
export interface Source {
  /** The last commit that changed them. */
  readonly revision: string;
  /** When that was made, in seconds: the time of all that is in the image. */
  readonly epoch: string;
  /** Where this clone comes from, without a password; empty when it has no `origin`. */
  readonly url: string;
}

export const sourceOf = async (clone: string, { sources }: Recipe): Promise<Source> => {
  const git = async (...args: readonly string[]) => {
    const { stdout } = await runAs(ourselves(), 'git', ['-c', `safe.directory=${clone}`, ...args], {
      cwd: clone,
    });
    return stdout.trim();
  };
  const [revision = 'unknown', epoch = '0'] = (
    await git('log', '-1', '--format=%H %ct', '--', ...sources)
  ).split(' ');
  // git ends with 1 where the key is not set.
  const origin = await git('config', '--get', 'remote.origin.url').catch(() => '');
  return { revision, epoch, url: withoutPassword(origin) };
};

/** Of `git@host:path` and paths, which are no URLs and hold no password, nothing is changed. */
export const withoutPassword = (address: string): string => {
  const url = URL.parse(address);
  if (url === null || url.host === '') return address;
  url.username = '';
  url.password = '';
  return url.href;
};
