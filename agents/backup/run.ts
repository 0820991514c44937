import type { Clock } from '@howdah/core/clock';
import { isAbortError } from '@howdah/core/errors';
import { mayGoOn } from './gate.ts';
import { annotationKeys } from './model.ts';
import type { PlannedRun } from './plan.ts';
import type { Repository } from './ports.ts';
import type { RoleWatch } from './role-watch.ts';

/** How pgBackRest's process ended; whether there is a backup is for verify to say. */
export type RunEnd =
  | { readonly kind: 'completed' }
  | { readonly kind: 'aborted'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface RunInput {
  readonly run: PlannedRun;
  /** Patroni's name of this member, for the backup's annotations. */
  readonly member: string;
  readonly repository: Pick<Repository, 'backup'>;
  readonly role: Pick<RoleWatch, 'ask' | 'view'>;
  readonly clock: Clock;
  readonly onStart: (pid: number) => void;
}

/** How often the role is asked while a backup runs. */
export const roleIntervalMs = 1_000;

/**
 * Takes one backup for as long as this member stays the primary, and stops it the moment it no longer is.
 *
 * @param signal stops the backup as well: the process is about to end
 */
export const runBackup = async (input: RunInput, signal: AbortSignal): Promise<RunEnd> => {
  const { run, role, repository } = input;
  const { timeline } = role.view();
  const lost = new AbortController();
  const ended = new AbortController();
  const request = {
    type: run.due.type,
    repo: run.due.repo,
    annotations: {
      [annotationKeys.schedule]: run.due.scheduleId,
      [annotationKeys.due]: run.due.dueAt.toISOString(),
      [annotationKeys.member]: input.member,
    },
    onStart: input.onStart,
  };
  const watching = watchRole(input, timeline, lost, AbortSignal.any([signal, ended.signal]));
  try {
    await repository.backup(request, AbortSignal.any([signal, lost.signal]));
    return { kind: 'completed' };
  } catch (error) {
    if (lost.signal.aborted) return { kind: 'aborted', reason: String(lost.signal.reason) };
    if (signal.aborted) return { kind: 'aborted', reason: 'the agent was asked to stop' };
    // A primary that is being demoted ends pgBackRest's session before the next question would have told.
    const gate = mayGoOn(await role.ask(signal), timeline);
    return gate.open ? { kind: 'failed', error } : { kind: 'aborted', reason: gate.because };
  } finally {
    ended.abort();
    await watching;
  }
};

/** Asks each second; aborts `lost` with the reason, in words, when the run may not go on. */
const watchRole = async (
  { role, clock }: RunInput,
  timeline: number | undefined,
  lost: AbortController,
  until: AbortSignal,
): Promise<void> => {
  try {
    for (;;) {
      await clock.sleep(roleIntervalMs, until);
      const gate = mayGoOn(await role.ask(until), timeline);
      if (!gate.open) return lost.abort(gate.because);
    }
  } catch (error) {
    if (!until.aborted && !isAbortError(error)) lost.abort('the role could not be watched any more');
  }
};
