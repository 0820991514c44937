import { join } from 'node:path';
import type { Workspace } from '@howdah/testbed-tools/workspace';
import { ensureImage } from './build-image.ts';
import { buildRecipe } from './build-recipe.ts';
import { openBuildah } from './buildah.ts';
import { imagesDirectory } from './directory.ts';
import { differences, filesBelow } from './files-below.ts';
import { withMountedImage } from './mounted-image.ts';
import { archiveName, type Recipe } from './recipes.ts';

export interface Comparison {
  readonly same: boolean;
  /** A line for each file that is not the same in both. */
  readonly differences: readonly string[];
}

/** Builds an image twice from the beginning, without any layer that was kept. What is installed is Debian's of the moment. */
export const compareBuilds = async (
  workspace: Workspace,
  recipe: Recipe,
  tell: (line: string) => void,
): Promise<Comparison> => {
  const { storage, logs } = imagesDirectory(workspace);
  // For its bases.
  await ensureImage(workspace, recipe, tell);
  const buildah = await openBuildah(storage);
  const buildAnew = async (which: string) => {
    const start = performance.now();
    const image = recipe.image.replace(/:.*/, `:${which}`);
    const log = join(logs, `${archiveName(image)}.log`);
    await buildRecipe(buildah, workspace.clone, recipe, { name: `docker.io/${image}`, log, anew: true });
    const inspect = ['inspect', '--type', 'image', '--format', '{{.FromImageDigest}}'];
    const digest = await buildah([...inspect, `docker.io/${image}`]);
    tell(`${image}  ${digest}  ${((performance.now() - start) / 1_000).toFixed(0)} s`);
    const files = await withMountedImage(buildah, image, filesBelow);
    await buildah(['rmi', `docker.io/${image}`]);
    return { digest, files };
  };
  const first = await buildAnew('first');
  const second = await buildAnew('second');
  return { same: first.digest === second.digest, differences: differences(first.files, second.files) };
};
