import type { ErrorCatalogue } from '@howdah/core/errors';

/** What can go wrong while tools are put into the clone, and while processes are started and ended. */
export const errorCatalogue = {
  installFailed: {
    code: 'HOWDAH_DEV_INSTALL_FAILED',
    meaning: 'A package manager did not install what it was asked for.',
    remedy: 'Read what it said; run the same again when the network or its sources are back.',
    retry: 'backoff',
  },
  unsupportedSystem: {
    code: 'HOWDAH_DEV_UNSUPPORTED_SYSTEM',
    meaning: 'This machine is not one of the systems the testbed is made for.',
    remedy: 'Use Debian 12 or 13 or Ubuntu 24.04, or ./dev demo --in-docker.',
    retry: 'never',
  },
  processFailed: {
    code: 'HOWDAH_DEV_PROCESS_FAILED',
    meaning: 'A process of the testbed ended or did not become ready in time.',
    remedy: 'Read the end of its log, which is part of the message.',
    retry: 'never',
  },
  notReached: {
    code: 'HOWDAH_DEV_NOT_REACHED',
    meaning: 'Something that should have happened in the testbed did not within its deadline.',
    remedy:
      'Look at the logs named in the message, in ./dev demo info or ./dev kube status; on a slow machine simply try again.',
    retry: 'never',
  },
  notRunning: {
    code: 'HOWDAH_DEV_NOT_RUNNING',
    meaning: 'There is no running demo, or no running cluster, of this clone.',
    remedy: 'Start it with ./dev demo, or with ./dev kube up.',
    retry: 'never',
  },
  refused: {
    code: 'HOWDAH_DEV_REFUSED',
    meaning: 'What was asked cannot be done here.',
    remedy: 'The message says why and what can be done instead.',
    retry: 'never',
  },
} as const satisfies ErrorCatalogue;
