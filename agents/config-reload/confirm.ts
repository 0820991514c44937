import type { Clock } from '@howdah/core/clock';
import { HowdahError } from '@howdah/core/errors';
import type { Session } from '@howdah/postgres/connect';
import { type LoadedConf, readLoadedConf } from './server.ts';

export type OpenSession = (signal: AbortSignal) => Promise<Session>;

export interface ConfirmInput {
  readonly openSession: OpenSession;
  readonly clock: Clock;
  readonly deadlineMs: number;
  /** What was loaded before the reload was asked for. */
  readonly before: LoadedConf;
  /** What `howdah.applied` must say; undefined when no postgresql.conf of ours is read. */
  readonly marker: string | undefined;
}

/**
 * - `taken`: a session opened after the reload runs with the new files; it is left open for the caller;
 * - `not-taken`: the server answers, and runs with the old ones;
 * - `server-gone`: it does not answer, so nothing can be said.
 */
export type ConfirmOutcome =
  | { readonly outcome: 'taken'; readonly session: Session }
  | { readonly outcome: 'not-taken' }
  | { readonly outcome: 'server-gone'; readonly cause: HowdahError };

/** A reload takes the postmaster some milliseconds; asking more often than this gains nothing. */
const pauseMs = 50;

/**
 * Waits until a new session runs with the reloaded files. Only a new session tells: the postmaster hands its
 * own values to it, while sessions that were there before take them at their own time.
 */
export const confirmReload = async (input: ConfirmInput, signal: AbortSignal): Promise<ConfirmOutcome> => {
  const { openSession, clock, deadlineMs, before, marker } = input;
  const endMs = clock.monotonicMs() + deadlineMs;
  let gone: HowdahError | undefined;
  for (;;) {
    let session: Session | undefined;
    try {
      session = await openSession(signal);
      gone = undefined;
      const loaded = await readLoadedConf(session, signal);
      if (marker === undefined ? loaded.loadedAt !== before.loadedAt : loaded.marker === marker)
        return { outcome: 'taken', session };
      await session.close();
    } catch (error) {
      // One that is not handed over is closed: the role has two connections, and a slow server would eat them.
      await session?.close();
      signal.throwIfAborted();
      // A server that restarts during the reload reads the new files as it starts.
      if (!(error instanceof HowdahError) || error.kind.retry === 'never') throw error;
      gone = error;
    }
    if (clock.monotonicMs() >= endMs)
      return gone === undefined ? { outcome: 'not-taken' } : { outcome: 'server-gone', cause: gone };
    await clock.sleep(pauseMs, signal);
  }
};
