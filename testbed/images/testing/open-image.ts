import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { ensureImage } from '../build-image.ts';
import { openBuildah } from '../buildah.ts';
import { imagesDirectory } from '../directory.ts';
import type { Recipe } from '../recipes.ts';

/** What an image says of itself (OCI image-spec, `config`); only what tests ask. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly Labels: Readonly<Record<string, string>>;
}

/** A built image with its root file system mounted. */
export interface OpenImage extends AsyncDisposable {
  readonly root: string;
  readonly config: ImageConfig;
  readonly sbom: string;
}

/** Builds the image when its files have changed, and mounts it. */
export const openImage = async (recipe: Recipe): Promise<OpenImage> => {
  const workspace = currentWorkspace();
  const { sbom } = await ensureImage(workspace, recipe, (line) => process.stdout.write(`${line}\n`));
  const buildah = await openBuildah(imagesDirectory(workspace).storage);
  const name = `docker.io/${recipe.image}`;
  const inspected = JSON.parse(await buildah(['inspect', '--type', 'image', name])) as {
    readonly OCIv1: { readonly config: ImageConfig };
  };
  const container = await buildah(['from', '--pull-never', name]);
  return {
    root: await buildah(['mount', container]),
    config: inspected.OCIv1.config,
    sbom,
    [Symbol.asyncDispose]: async () => {
      await buildah(['rm', container]);
    },
  };
};
