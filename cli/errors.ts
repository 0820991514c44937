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
  noChain: {
    code: 'HOWDAH_CLI_NO_CHAIN',
    meaning: 'The store holds no audit chain below that prefix, or cannot list them.',
    remedy: 'Check store and prefix in audit-upload.yaml; where the store cannot list, name the chain.',
    retry: 'never',
  },
  auditNotConfigured: {
    code: 'HOWDAH_CLI_AUDIT_NOT_CONFIGURED',
    meaning: 'The configuration directory has no audit-upload.yaml, which names the store.',
    remedy: 'Name the directory that has it with --config, or set HOWDAH_CONFIG_DIR.',
    retry: 'never',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = cliErrors;
