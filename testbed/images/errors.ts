import type { ErrorCatalogue } from '@howdah/core/errors';

/** What can go wrong while images are built. */
export const errorCatalogue = {
  notRoot: {
    code: 'HOWDAH_DEV_IMAGES_NOT_ROOT',
    meaning: 'Images are built without a registry, in directories of root’s own, and we are not root.',
    remedy: 'Run it with sudo; or build the Dockerfiles with docker or podman, as images/README.md tells.',
    retry: 'never',
  },
  buildFailed: {
    code: 'HOWDAH_DEV_IMAGE_BUILD_FAILED',
    meaning: 'An image, or the base that it stands on, could not be built.',
    remedy:
      'Read the log that is named; when Debian’s mirror, PyPI or npm did not answer, run the same again later.',
    retry: 'backoff',
  },
} as const satisfies ErrorCatalogue;
