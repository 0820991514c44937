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
  noAgentHere: {
    code: 'HOWDAH_CLI_NO_AGENT_HERE',
    meaning: 'No backup agent answers on its control socket here.',
    remedy:
      'Run it where the agent runs, as its user: kubectl exec <pod> -c suite -- howdah backup … (-c backup where each agent has a container). HOWDAH_RUN_DIR names another directory of the socket.',
    retry: 'never',
  },
  refused: {
    code: 'HOWDAH_CLI_REFUSED',
    meaning: 'The agent does not do what it was asked for; its words say why.',
    remedy: 'Only the primary takes backups: `howdah status` tells which member that is.',
    retry: 'never',
  },
  controlAnswer: {
    code: 'HOWDAH_CLI_CONTROL_ANSWER',
    meaning: 'What listens on the control socket answers something else than was asked for.',
    remedy: 'Use the howdah of the agent’s own version: the one in its image.',
    retry: 'never',
  },
  askedForgotten: {
    code: 'HOWDAH_CLI_ASKED_FORGOTTEN',
    meaning:
      'The agent was started anew, or took a new configuration, before it came to what was asked for: that is in its memory alone.',
    remedy: 'Ask again; or write a request in backup.yaml, which outlives restarts and switchovers.',
    retry: 'never',
  },
  stoppedWaiting: {
    code: 'HOWDAH_CLI_STOPPED_WAITING',
    meaning: 'The command was ended before the backup or the verify was, which goes on.',
    remedy:
      '`howdah backup runs` and `howdah backup verify` tell how it ended; `howdah backup cancel` stops a backup.',
    retry: 'never',
  },
  noSuchBackup: {
    code: 'HOWDAH_CLI_NO_SUCH_BACKUP',
    meaning: 'No repository holds a backup of that label.',
    remedy: 'Copy a label from `howdah backup list`.',
    retry: 'never',
  },
  targetTime: {
    code: 'HOWDAH_CLI_TARGET_TIME',
    meaning: 'What --time names is no point in time.',
    remedy:
      'Write it as RFC 3339, e.g. 2026-03-01T09:30:00Z or 2026-03-01T09:30:00+01:00, or with the name of a zone, e.g. "2026-03-01 09:30:00 Europe/Berlin".',
    retry: 'never',
  },
  targetTimeUnclear: {
    code: 'HOWDAH_CLI_TARGET_TIME_UNCLEAR',
    meaning: 'On the day clocks are changed, the zone’s clocks showed that time twice, or never.',
    remedy: 'Give the time with the offset that is meant.',
    retry: 'never',
  },
  targetTooEarly: {
    code: 'HOWDAH_CLI_TARGET_TOO_EARLY',
    meaning: 'No backup that can still be restored was done before that time.',
    remedy:
      'Take a later time; `howdah backup list` says from when on there is one. Earlier ones went with retention.',
    retry: 'never',
  },
  targetTooLate: {
    code: 'HOWDAH_CLI_TARGET_TOO_LATE',
    meaning: 'That time is after the last WAL that was archived.',
    remedy:
      'Have the primary archive what it has (SELECT pg_switch_wal()) and plan again, or restore to the end of the archive with --type=default.',
    retry: 'never',
  },
  targetUnreachable: {
    code: 'HOWDAH_CLI_TARGET_UNREACHABLE',
    meaning: 'Backups were done before that time, but recovery from them does not lead to the timeline.',
    remedy:
      'See each with `howdah backup show`. A timeline that is not the cluster’s own takes pgBackRest by hand, with --set and --target-timeline.',
    retry: 'never',
  },
  noRepository: {
    code: 'HOWDAH_CLI_NO_REPOSITORY',
    meaning: 'There is no such repository, or none that can be read.',
    remedy: 'See `howdah backup list`; leave --repo out to have the first that serves.',
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
  manifestUnreadable: {
    code: 'HOWDAH_CLI_MANIFEST_UNREADABLE',
    meaning: 'A file that --file names cannot be read, or is too large.',
    remedy: 'Name YAML files with manifests, or - for standard input.',
    retry: 'never',
  },
  manifest: {
    code: 'HOWDAH_CLI_MANIFEST',
    meaning: 'What is to be planned is no manifest of a PostgresCluster.',
    remedy: 'Name YAML files with one or more documents, or - for standard input; examples/ has some.',
    retry: 'never',
  },
  kindsMissing: {
    code: 'HOWDAH_CLI_KINDS_MISSING',
    meaning: 'This Kubernetes does not know the kind PostgresCluster.',
    remedy: 'Install it: helm upgrade --install howdah-crds helm/howdah-crds',
    retry: 'never',
  },
  imagesUnknown: {
    code: 'HOWDAH_CLI_IMAGES_UNKNOWN',
    meaning: 'No running operator says which images it would use.',
    remedy:
      'Install it (helm upgrade --install howdah helm/howdah --namespace howdah --create-namespace), name its namespace with --operator-namespace, or the images with --agent-image and --postgres-images.',
    retry: 'never',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = cliErrors;
