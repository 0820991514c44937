import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ourselves, runAs } from '@howdah/testing/run-as';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorRecipe } from './recipes.ts';
import { runContainer } from './testing/container.ts';
import { expectedLabels } from './testing/image-labels.ts';
import { type OpenImage, openImage } from './testing/open-image.ts';

const recipe = operatorRecipe(process.version.slice(1));
let image: OpenImage;
beforeAll(async () => {
  image = await openImage(recipe);
}, 900_000);
afterAll(() => image?.[Symbol.asyncDispose]());

const bytesOf = async (path: string): Promise<number> => {
  const { stdout } = await runAs(ourselves(), 'du', ['-sb', join(image.root, path)]);
  return Number(stdout.split('\t')[0]);
};

describe('the operator image', () => {
  it('is under 200 MB, and the bundle under 10 MB', async () => {
    expect(await bytesOf('/')).toBeLessThan(200_000_000);
    expect(await bytesOf('/opt/howdah')).toBeLessThan(10_000_000);
  });

  it('says what it is', async () => {
    expect(image.config.User).toBe('10001:10001');
    expect(image.config.Labels).toMatchObject(await expectedLabels(recipe, /^Makes Patroni clusters/));
  });

  it('lists what it is made of, and of pgBackRest, which it has not, nothing', async () => {
    const sbom = JSON.parse(await readFile(image.sbom, 'utf8')) as { components: { purl: string }[] };
    const purls = sbom.components.map(({ purl }) => purl).join('\n');
    for (const part of [/^pkg:npm\/zod@4/m, /^pkg:generic\/node@24/m, /^pkg:deb\/debian\/tini@/m])
      expect(purls).toMatch(part);
    expect(purls).not.toContain('pgbackrest');
  });

  it('has Node and no shell', async () => {
    const words = [
      image.root,
      '-xdev',
      '-type',
      'f',
      '-perm',
      '/111',
      '-not',
      '-name',
      '*.so*',
      '-printf',
      '/%P\n',
    ];
    const { stdout } = await runAs(ourselves(), 'find', words);
    expect(stdout.trim().split('\n').toSorted()).toEqual(['/usr/bin/tini', '/usr/local/bin/node']);
  });

  it.each([
    { who: 'its own user', user: { uid: 10001, gid: 10001 } },
    { who: 'a user without a passwd entry', user: { uid: 1000650000, gid: 0 } },
  ])('runs on a read-only root as $who, and says what its environment lacks', async ({ user }) => {
    const { code, output } = await runContainer(image, user);
    expect(code).toBe(78);
    expect(output).toContain('HOWDAH_OPERATOR_ENVIRONMENT');
    expect(output).toContain('HOWDAH_POD_NAME');
  });
});
