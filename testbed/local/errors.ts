import type { ErrorCatalogue } from '@howdah/core/errors';

/** What can go wrong while setting up and running Howdah on one machine. */
export const errorCatalogue = {
  unsupportedSystem: {
    code: 'HOWDAH_DEV_UNSUPPORTED_SYSTEM',
    meaning: 'This machine is not one of the systems the testbed is made for.',
    remedy: 'Use Debian 12 or 13 or Ubuntu 24.04, or ./dev demo --in-docker.',
    retry: 'never',
  },
  partsMissing: {
    code: 'HOWDAH_DEV_PARTS_MISSING',
    meaning: 'Packages that this verb needs are not installed, and we may not install them.',
    remedy: 'Install what is listed (the command is printed), then run the same again.',
    retry: 'never',
  },
  processFailed: {
    code: 'HOWDAH_DEV_PROCESS_FAILED',
    meaning: 'A process of the local cluster ended or did not become ready in time.',
    remedy: 'Read the end of its log, which is part of the message.',
    retry: 'never',
  },
  notReached: {
    code: 'HOWDAH_DEV_NOT_REACHED',
    meaning: 'Something that should have happened in the local cluster did not within its deadline.',
    remedy: 'Look at the logs named in ./dev demo info; on a slow machine simply try again.',
    retry: 'never',
  },
  alreadyRunning: {
    code: 'HOWDAH_DEV_ALREADY_RUNNING',
    meaning: 'A demo of this clone is already running, or something else holds one of its ports.',
    remedy: './dev demo stop ends the demo; for a port, stop the program that is named.',
    retry: 'never',
  },
  notRunning: {
    code: 'HOWDAH_DEV_NOT_RUNNING',
    meaning: 'There is no running demo of this clone.',
    remedy: 'Start one with ./dev demo.',
    retry: 'never',
  },
  refused: {
    code: 'HOWDAH_DEV_REFUSED',
    meaning: 'What was asked cannot be done here.',
    remedy: 'The message says why and what can be done instead.',
    retry: 'never',
  },
} as const satisfies ErrorCatalogue;
