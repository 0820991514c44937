import type { ErrorCatalogue } from '@howdah/core/errors';

export const cliErrors = {
  nobodyAnswers: {
    code: 'HOWDAH_CLI_NOBODY_ANSWERS',
    meaning: 'None of the agents that were asked has answered.',
    remedy: 'Name where they listen with --url, e.g. `--url http://10.0.0.7:9187`, or start them.',
    retry: 'never',
  },
  noBackupAgent: {
    code: 'HOWDAH_CLI_NO_BACKUP_AGENT',
    meaning: 'Who answered carries no backup agent that has read a repository.',
    remedy: 'Ask the member’s suite, or its backup agent (port 9188 when it runs alone).',
    retry: 'never',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = cliErrors;
