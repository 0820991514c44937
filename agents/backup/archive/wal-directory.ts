import { opendir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** What waits in pg_wal to be archived, and the room beside it. */
export interface WalDirectoryWord {
  /** Files that the archiver has yet to send: segments, histories of timelines and of backups. */
  readonly readyFiles: number;
  /** The one that the archiver takes next, and since when it has waited. */
  readonly oldestReady?: { readonly wal: string; readonly since: Date };
  /** What PostgreSQL can still write to the volume of pg_wal; what only root may use does not count. */
  readonly freeBytes: number;
}

const readySuffix = '.ready';
/** A volume that hangs stops PostgreSQL as well; the agent is to go on and say what else it knows. */
const deadlineMs = 10_000;

/**
 * Looks into `pg_wal` of the data directory. The directory is asked and not pg_ls_archive_statusdir(), since an
 * agent that takes backups sees it at this very path (pgBackRest insists on that), the room beside it can be seen
 * nowhere else, and the function needs one more grant that clusters of today do not have.
 *
 * Rejects with what the file system says, e.g. ENOENT where the directory is not mounted.
 */
export const lookIntoWal = (dataDirectory: string, signal: AbortSignal): Promise<WalDirectoryWord> => {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const { promise, reject } = Promise.withResolvers<never>();
  limit.addEventListener('abort', () => reject(limit.reason), { once: true });
  return Promise.race([look(join(dataDirectory, 'pg_wal'), limit), promise]);
};

const look = async (directory: string, signal: AbortSignal): Promise<WalDirectoryWord> => {
  const statusDirectory = join(directory, 'archive_status');
  let readyFiles = 0;
  let oldest: string | undefined;
  // One entry after the other: after a week without archive there are tens of thousands.
  for await (const { name } of await opendir(statusDirectory)) {
    signal.throwIfAborted();
    if (!name.endsWith(readySuffix)) continue;
    readyFiles += 1;
    const wal = name.slice(0, -readySuffix.length);
    if (oldest === undefined || goesBefore(wal, oldest)) oldest = wal;
  }
  const { bavail, bsize } = await statfs(directory);
  const since =
    oldest === undefined ? undefined : await changedAt(join(statusDirectory, oldest + readySuffix));
  return {
    readyFiles,
    ...(oldest === undefined || since === undefined ? {} : { oldestReady: { wal: oldest, since } }),
    freeBytes: bavail * bsize,
  };
};

/** The archiver's order: histories of timelines first, then by name. */
export const goesBefore = (a: string, b: string): boolean =>
  isHistory(a) === isHistory(b) ? a < b : isHistory(a);

const isHistory = (wal: string): boolean => wal.endsWith('.history');

/** Undefined when it is gone: archived since it was listed. */
const changedAt = async (path: string): Promise<Date | undefined> => {
  try {
    return (await stat(path)).mtime;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};
