import { join } from 'node:path';
import { howdahVersion } from '@howdah/runtime/version';
import type { Buildah } from './buildah.ts';
import { sourceOf } from './inputs.ts';
import type { Recipe } from './recipes.ts';

export interface BuildOptions {
  /** Its name in buildah's storage, e.g. `docker.io/howdah/agent:dev`. */
  readonly name: string;
  readonly log: string;
  /** Without the layers that were kept: everything is done again. */
  readonly anew?: boolean;
}

/** Builds an image into buildah's storage; its bases must be there. */
export const buildRecipe = async (
  buildah: Buildah,
  clone: string,
  recipe: Recipe,
  { name, log, anew = false }: BuildOptions,
): Promise<void> => {
  const { revision, epoch, url } = await sourceOf(clone, recipe);
  const created = new Date(Number(epoch) * 1_000).toISOString();
  const said = { VERSION: howdahVersion, REVISION: revision, CREATED: created, SOURCE: url, URL: url };
  const args = { ...recipe.args, ...said };
  const certificate = process.env.NODE_EXTRA_CA_CERTS ?? process.env.SSL_CERT_FILE;
  await buildah(
    [
      ...['build', '--pull-never', anew ? '--no-cache' : '--layers', '--timestamp', epoch],
      // npm opens every package that it has kept at once; buildah's own 1,024 files are too few for that.
      ...['--ulimit', 'nofile=16384:16384'],
      ...(certificate === undefined ? [] : ['--secret', `id=ca.crt,src=${certificate}`]),
      ...Object.entries(args).flatMap(([argument, value]) => ['--build-arg', `${argument}=${value}`]),
      ...['--file', join(clone, recipe.dockerfile), '--tag', name, clone],
    ],
    { log, timeoutMs: 1_800_000 },
  );
};
