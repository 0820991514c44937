import type { ErrorCatalogue } from '@howdah/core/errors';

export const runtimeErrors = {
  configInvalid: {
    code: 'HOWDAH_CONFIG_INVALID',
    meaning: 'A configuration file is not what its schema describes.',
    remedy:
      'Correct what is listed; `howdah config check` repeats the same check. The agent takes the corrected file live.',
    retry: 'never',
  },
  configDirectoryUnreadable: {
    code: 'HOWDAH_CONFIG_DIRECTORY_UNREADABLE',
    meaning: 'The configuration directory is missing or cannot be read.',
    remedy: 'Mount the ConfigMap as a directory there, or set HOWDAH_CONFIG_DIR.',
    retry: 'backoff',
  },
  secretUnreadable: {
    code: 'HOWDAH_SECRET_UNREADABLE',
    meaning: 'A secret file named by the configuration is missing, empty or cannot be read.',
    remedy: 'Check that the Secret is mounted, has that key, and is readable by the agent’s user.',
    retry: 'backoff',
  },
  stateUnreadable: {
    code: 'HOWDAH_STATE_UNREADABLE',
    meaning: 'A state file cannot be read.',
    remedy: 'Check the state volume and its owner.',
    retry: 'backoff',
  },
  stateUnwritable: {
    code: 'HOWDAH_STATE_UNWRITABLE',
    meaning: 'A state file cannot be written.',
    remedy: 'Check free space, owner and mode of the state volume (HOWDAH_STATE_DIR).',
    retry: 'backoff',
  },
  stateDirectoryUnwritable: {
    code: 'HOWDAH_STATE_DIRECTORY_UNWRITABLE',
    meaning: 'The state directory cannot be made or written.',
    remedy: 'Mount a persistent volume that the process’s user may write, or set HOWDAH_STATE_DIR.',
    retry: 'never',
  },
  stateDamaged: {
    code: 'HOWDAH_STATE_DAMAGED',
    meaning: 'A state file is damaged, or was written by a newer version.',
    remedy: 'See docs/formats for the file; move it away to start from what the outside world says.',
    retry: 'never',
  },
  environmentInvalid: {
    code: 'HOWDAH_ENVIRONMENT_INVALID',
    meaning: 'An environment variable of the process has a value that it cannot have.',
    remedy: 'Correct the variable that the message names and start the process again.',
    retry: 'never',
  },
  controlSocket: {
    code: 'HOWDAH_CONTROL_SOCKET',
    meaning:
      'An agent’s control socket cannot be made. The agent works, but nobody in the pod can ask it for anything.',
    remedy:
      'Mount a directory that the process’s user may write, or set HOWDAH_RUN_DIR; its path may be no longer than 80 bytes.',
    retry: 'backoff',
  },
  portTaken: {
    code: 'HOWDAH_PORT_TAKEN',
    meaning: 'The HTTP port is in use.',
    remedy: 'Choose another with HOWDAH_HTTP_PORT, or end the process that listens there.',
    retry: 'never',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = runtimeErrors;
