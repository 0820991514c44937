import type { ErrorCatalogue } from '@howdah/core/errors';

/** What can go wrong while tools are put into the clone. */
export const errorCatalogue = {
  installFailed: {
    code: 'HOWDAH_DEV_INSTALL_FAILED',
    meaning: 'A package manager did not install what it was asked for.',
    remedy: 'Read what it said; run the same again when the network or its sources are back.',
    retry: 'backoff',
  },
} as const satisfies ErrorCatalogue;
