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

/** The last commit that changed an image's files, and when it was made, in seconds: the time of all that is in it. */
export const sourceOf = async (
  clone: string,
  { sources }: Recipe,
): Promise<{ revision: string; epoch: string }> => {
  const log = ['-c', `safe.directory=${clone}`, 'log', '-1', '--format=%H %ct', '--', ...sources];
  const { stdout } = await runAs(ourselves(), 'git', log, { cwd: clone });
  const [revision = 'unknown', epoch = '0'] = stdout.trim().split(' ');
  return { revision, epoch };
};
