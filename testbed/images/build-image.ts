import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import type { Workspace } from '@howdah/testbed-tools/workspace';
import { ensureDebianBase, ensureNodeBase, nodeModulesOf } from './bases.ts';
import { buildRecipe } from './build-recipe.ts';
import { type Buildah, openBuildah } from './buildah.ts';
import { imagesDirectory } from './directory.ts';
import { errorCatalogue } from './errors.ts';
import { digestOfInputs } from './inputs.ts';
import { archiveName, type Recipe } from './recipes.ts';
import { writeSbom } from './write-sbom.ts';

/** An image that lies in an OCI archive, named `docker.io/<image>` in it. */
export interface BuiltImage {
  readonly image: string;
  readonly archive: string;
  /** CycloneDX, beside the archive. */
  readonly sbom: string;
}

/**
 * Builds one image, unless the clone's files are those of the archive that is there.
 *
 * @throws HowdahError with the name of the log.
 */
export const ensureImage = async (
  workspace: Workspace,
  recipe: Recipe,
  tell: (line: string) => void,
): Promise<BuiltImage> => {
  const directory = imagesDirectory(workspace);
  const archive = join(directory.root, archiveName(recipe.image));
  const built = { image: recipe.image, archive, sbom: archive.replace(/tar$/, 'sbom.json') };
  const stamp = `${archive}.sha256`;
  const wanted = await digestOfInputs(workspace.clone, recipe);
  const isThere = existsSync(archive) && existsSync(built.sbom);
  if (isThere && (await readFile(stamp, 'utf8').catch(() => '')) === wanted) return built;

  const log = join(directory.logs, `${archiveName(recipe.image)}.log`);
  await mkdir(directory.logs, { recursive: true });
  await rm(log, { force: true });
  const start = performance.now();
  try {
    const buildah = await openBuildah(directory.storage);
    await ensureDebianBase(buildah, recipe.suite, directory.bases, tell);
    const node = process.version.slice(1);
    if (recipe.needsNode) await ensureNodeBase(buildah, node, recipe.suite, nodeModulesOf(process.execPath));
    tell(`building ${recipe.image}`);
    await buildRecipe(buildah, workspace.clone, recipe, { name: `docker.io/${recipe.image}`, log });
    await rm(stamp, { force: true });
    await pushArchive(buildah, recipe.image, archive, log);
    await writeSbom(buildah, recipe.image, built.sbom);
  } catch (cause) {
    throw new HowdahError(errorCatalogue.buildFailed, `${recipe.image} was not built; see ${log}`, { cause });
  }
  await writeFile(stamp, wanted);
  tell(`built ${recipe.image} in ${((performance.now() - start) / 1000).toFixed(0)} s: ${archive}`);
  return built;
};

/** Under its name only when it is whole: others load it as soon as it is there. */
const pushArchive = async (buildah: Buildah, image: string, archive: string, log: string): Promise<void> => {
  const fresh = `${archive}.new`;
  await rm(fresh, { force: true });
  await buildah(['push', `docker.io/${image}`, `oci-archive:${fresh}:docker.io/${image}`], {
    log,
    timeoutMs: 600_000,
  });
  await rename(fresh, archive);
};
