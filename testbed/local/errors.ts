import type { ErrorCatalogue } from '@howdah/core/errors';

/** What can go wrong while setting up and running Howdah on one machine. */
export const errorCatalogue = {
  partsMissing: {
    code: 'HOWDAH_DEV_PARTS_MISSING',
    meaning: 'Packages that this verb needs are not installed, and we may not install them.',
    remedy: 'Install what is listed (the command is printed), then run the same again.',
    retry: 'never',
  },
  alreadyRunning: {
    code: 'HOWDAH_DEV_ALREADY_RUNNING',
    meaning: 'A demo of this clone is already running, or something else holds one of its ports.',
    remedy: './dev demo stop ends the demo; for a port, stop the program that is named.',
    retry: 'never',
  },
} as const satisfies ErrorCatalogue;
