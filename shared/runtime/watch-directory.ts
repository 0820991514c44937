import { setTimeout as delay } from 'node:timers/promises';
import { watch } from 'chokidar';

export interface WatchDirectoryOptions {
  /** A mounted ConfigMap's directory: never a file in it, since an update swaps the `..data` link beside it. */
  readonly directory: string;
  /** Looks again after so long without an event: inotify's queue overflows, mounts come late. */
  readonly pollMs: number;
  /** Looks at the contents and decides by digest whether anything changed. Never runs twice at a time. */
  readonly look: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** The kubelet and editors make several changes in a row; one look after the last suffices. */
const settleMs = 50;

/**
 * Calls `look` at once, after each event in `directory`, and at least every `pollMs`, until the signal aborts.
 * Events say "look again" and nothing more. Resolves on abort; rejects when `look` does.
 */
export const watchDirectory = async ({
  directory,
  pollMs,
  look,
  signal,
}: WatchDirectoryOptions): Promise<void> => {
  let wake = new AbortController();
  const watcher = watch(directory, { depth: 0, followSymlinks: false, ignoreInitial: true });
  watcher.on('all', () => wake.abort());
  // A directory that is not there yet, or inotify's limits: the poll goes on.
  watcher.on('error', () => wake.abort());
  try {
    while (!signal.aborted) {
      await look();
      await resolveOnAbort(delay(pollMs, undefined, { signal: AbortSignal.any([signal, wake.signal]) }));
      await resolveOnAbort(delay(wake.signal.aborted ? settleMs : 0, undefined, { signal }));
      wake = new AbortController();
    }
  } finally {
    await watcher.close();
  }
};

const resolveOnAbort = async (sleeping: Promise<void>): Promise<void> => {
  try {
    await sleeping;
  } catch {
    // Woken early; the loop looks at the signal.
  }
};
