import type { ErrorCatalogue } from '@howdah/core/errors';

export const statusErrors = {
  unreachable: {
    code: 'HOWDAH_STATUS_UNREACHABLE',
    meaning: 'The agents of a member do not answer.',
    remedy: 'Look at the agents’ process or container beside that member, and at the address that was asked.',
    retry: 'backoff',
  },
  notUnderstood: {
    code: 'HOWDAH_STATUS_NOT_UNDERSTOOD',
    meaning: 'What answered is not an agent’s status of a known version.',
    remedy: 'Check the address, and that the reader is not older than the agents.',
    retry: 'backoff',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = statusErrors;
