import { howdahVersion } from '@howdah/runtime/version';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { expect } from 'vitest';
import { sourceOf } from '../inputs.ts';
import type { Recipe } from '../recipes.ts';

const annotation = (name: string): string => `org.opencontainers.image.${name}`;

/**
 * What an image of this recipe says of itself; all but its description is the same for each.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/annotations.md
 */
export const expectedLabels = async (recipe: Recipe, description: RegExp): Promise<object> => {
  const { url } = await sourceOf(currentWorkspace().clone, recipe);
  return {
    [annotation('title')]: recipe.image.replace(/:.*/, ''),
    [annotation('description')]: expect.stringMatching(description),
    [annotation('vendor')]: 'Howdah',
    [annotation('licenses')]: 'Apache-2.0',
    [annotation('url')]: url,
    [annotation('source')]: url,
    [annotation('version')]: howdahVersion,
    // Not today's: an image of the same files is not built again for a commit that left them alone.
    [annotation('revision')]: expect.stringMatching(/^[0-9a-f]{40}$/),
    [annotation('created')]: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
    [annotation('base.name')]: recipe.args.BASE,
  };
};
