import type { Buildah } from './buildah.ts';

/** Runs `look` with the root of `image` mounted; it may be written to, and nothing of that is kept. */
export const withMountedImage = async <Result>(
  buildah: Buildah,
  image: string,
  look: (root: string) => Promise<Result>,
): Promise<Result> => {
  const container = await buildah(['from', '--pull-never', `docker.io/${image}`]);
  try {
    return await look(await buildah(['mount', container]));
  } finally {
    await buildah(['rm', container]);
  }
};
