import { link, mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { expect, it } from 'vitest';
import { differences, filesBelow } from './files-below.ts';

const written = async (root: string, words: string) => {
  await mkdir(join(root, 'etc'));
  await writeFile(join(root, 'etc/words'), words);
  await writeFile(join(root, 'etc/same'), 'same');
  await link(join(root, 'etc/same'), join(root, 'etc/again'));
  await symlink('same', join(root, 'link'));
  for (const path of ['etc/words', 'etc/same', 'etc']) await utimes(join(root, path), 0, 0);
  return root;
};

it('two trees differ in content, time, and what is not in both', async () => {
  await using one = await temporaryDirectory();
  await using other = await temporaryDirectory();
  const first = await written(one.path, 'one');
  const second = await written(other.path, 'other');
  await utimes(join(second, 'etc/same'), 0, 60);
  await writeFile(join(second, 'more'), '');
  const found = differences(await filesBelow(first), await filesBelow(second));
  const paths = found.map((line) => line.replace(/:.*/, '')).filter((path) => path !== 'link');
  expect(paths.toSorted()).toEqual(['etc/again', 'etc/same', 'etc/words', 'more']);
  expect(found.find((line) => line.startsWith('more'))).toContain('not there');
});
