import { statfs } from 'node:fs/promises';
import { HowdahError } from '@howdah/core/errors';
import { formatBytes } from '@howdah/core/units';
import { logshipErrors } from './errors.ts';

/**
 * What PostgreSQL can still write to the volume of `directory`; what only root may use does not count.
 *
 * @throws HowdahError `HOWDAH_LOG_DIRECTORY_UNREADABLE`
 */
export const availableBytesOf = async (directory: string): Promise<number> => {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch (error) {
    throw new HowdahError(logshipErrors.directoryUnreadable, `cannot ask for the room of ${directory}`, {
      cause: error,
    });
  }
};

/** A busy server writes as much in a second, and file systems keep the last blocks for themselves. */
const fullBelowBytes = 1024 * 1024;

/**
 * What is wrong when the log volume is full, in one line; undefined while it is not. PostgreSQL goes on without its
 * log then, and says so nowhere but on standard error: whoever follows the log would take it for silence.
 */
export const roomProblem = (directory: string, availableBytes: number): string | undefined =>
  availableBytes >= fullBelowBytes
    ? undefined
    : `room on the volume of ${directory}: it is full (${formatBytes(availableBytes)} left), and what PostgreSQL cannot write to its log is lost`;
