import type { Clock } from '@howdah/core/clock';
import { isAbortError } from '@howdah/core/errors';
import { mayGoOn, type RoleView } from './gate.ts';
import type { RoleWatch } from './watch.ts';

/** How pgBackRest's process ended; whether there is a backup is for verify to say. */
export type RunEnd =
  | { readonly kind: 'completed' }
  | { readonly kind: 'aborted'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Resolves with the reason, in words, when work may not go on; ends with `until`, then in any way. */
export type Fence = (until: AbortSignal) => Promise<string>;

export interface PrimaryOnly {
  readonly role: Pick<RoleWatch, 'ask' | 'view'>;
  readonly clock: Clock;
  /** What else may stop it. */
  readonly fences?: readonly Fence[];
}

/** How often the role is asked while pgBackRest works. */
export const roleIntervalMs = 1_000;

/**
 * Lets pgBackRest work for as long as this member stays the primary, and stops it the moment it no longer is.
 *
 * @param work ends only with pgBackRest's process
 * @param signal stops it as well: the process is about to end
 */
export const whilePrimary = async (
  { role, clock, fences = [] }: PrimaryOnly,
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<RunEnd> => {
  const started = role.view();
  const lost = new AbortController();
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const watching = [roleFence({ role, clock }, started), ...fences].map((fence) => watch(fence, lost, until));
  try {
    await work(AbortSignal.any([signal, lost.signal]));
    return { kind: 'completed' };
  } catch (error) {
    if (lost.signal.aborted) return { kind: 'aborted', reason: String(lost.signal.reason) };
    if (signal.aborted) return { kind: 'aborted', reason: 'the agent was asked to stop' };
    // A primary that is being demoted ends pgBackRest's session before the next question would have told.
    const gate = mayGoOn(await role.ask(signal), started.timeline, started.role);
    return gate.open ? { kind: 'failed', error } : { kind: 'aborted', reason: gate.because };
  } finally {
    ended.abort();
    await Promise.all(watching);
  }
};

/** Aborts `lost` with what the fence says. */
const watch = async (fence: Fence, lost: AbortController, until: AbortSignal): Promise<void> => {
  try {
    lost.abort(await fence(until));
  } catch (error) {
    if (!until.aborted && !isAbortError(error)) lost.abort('what may stop it could not be watched any more');
  }
};

/** Asks each second. */
const roleFence =
  ({ role, clock }: PrimaryOnly, started: RoleView): Fence =>
  async (until) => {
    for (;;) {
      await clock.sleep(roleIntervalMs, until);
      const gate = mayGoOn(await role.ask(until), started.timeline, started.role);
      if (!gate.open) return gate.because;
    }
  };
