import type { ErrorCatalogue } from '@howdah/core/errors';

export const logshipErrors = {
  directoryUnreadable: {
    code: 'HOWDAH_LOG_DIRECTORY_UNREADABLE',
    meaning: 'The log directory is missing or cannot be read.',
    remedy:
      'Check logDirectory against PostgreSQL’s log_directory, that logging_collector is on, and that the agent’s user may read there.',
    retry: 'backoff',
  },
  fileUnreadable: {
    code: 'HOWDAH_LOG_FILE_UNREADABLE',
    meaning: 'A log file cannot be read.',
    remedy: 'Check log_file_mode and the owner: the agent runs as the same user as PostgreSQL.',
    retry: 'backoff',
  },
  sinkUnwritable: {
    code: 'HOWDAH_LOG_SINK_UNWRITABLE',
    meaning: 'A sink does not take records. Nothing is lost while the log files stand.',
    remedy: 'Check the sink: for a file its directory, owner and free space.',
    retry: 'backoff',
  },
  checkpointNewer: {
    code: 'HOWDAH_LOG_CHECKPOINT_NEWER',
    meaning: 'The checkpoint was written by a newer version of the agent.',
    remedy: 'Run that version again, or move checkpoint.json away: everything is then read and counted anew.',
    retry: 'never',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = logshipErrors;
