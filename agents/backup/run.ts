import { annotationKeys } from './model.ts';
import type { PlannedRun } from './plan.ts';
import type { Repository } from './ports.ts';
import { type PrimaryOnly, type RunEnd, whilePrimary } from './role/while-primary.ts';

export interface RunInput extends PrimaryOnly {
  readonly run: PlannedRun;
  /** Patroni's name of this member, for the backup's annotations. */
  readonly member: string;
  readonly repository: Pick<Repository, 'backup'>;
  readonly holdRetention: boolean;
  readonly onStart: (pid: number) => void;
  /** What comes first; when it rejects there is no backup. */
  readonly before?: (signal: AbortSignal) => Promise<void>;
}

/**
 * Takes one backup for as long as this member stays the primary.
 *
 * @param signal stops the backup as well: the process is about to end
 */
export const runBackup = (
  { run, role, clock, fences, ...input }: RunInput,
  signal: AbortSignal,
): Promise<RunEnd> => {
  const request = {
    type: run.due.type,
    repo: run.due.repo,
    annotations: {
      [annotationKeys.schedule]: run.due.scheduleId,
      [annotationKeys.due]: run.due.dueAt.toISOString(),
      [annotationKeys.member]: input.member,
    },
    holdRetention: input.holdRetention,
    onStart: input.onStart,
  };
  const only = { role, clock, ...(fences === undefined ? {} : { fences }) };
  const work = async (stop: AbortSignal) => {
    if (input.before !== undefined) {
      await input.before(stop);
      stop.throwIfAborted();
    }
    await input.repository.backup(request, stop);
  };
  return whilePrimary(only, work, signal);
};
