import { describeError } from '@howdah/core/errors';
import type { Backup } from '@howdah/pgbackrest/info';
import type { RunOutcome } from '@howdah/status/backup';
import type { Ending } from './journal/entry.ts';
import { annotationKeys, covers, type Due, initialId } from './model.ts';
import type { PlannedRun } from './plan.ts';
import type { RepositoryView } from './repository/views.ts';
import type { RunEnd } from './role/while-primary.ts';
import { isSatisfied } from './schedule.ts';

export interface Proof {
  readonly run: PlannedRun;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly end: RunEnd;
  /** The repository as read after the run; undefined when it could not be read. */
  readonly repository: RepositoryView | undefined;
}

/**
 * How the run ended, by what the repository shows: a backup that is there was done, whatever the process
 * said of itself (expiring the old ones may have failed after it), and one that is not was not.
 *
 * @returns the run, and the dues that it absorbed when it was done
 */
export const verifyRun = (proof: Proof): readonly RunOutcome[] => {
  const { run, end } = proof;
  const backup = proof.repository?.reachable === true ? takenBy(proof) : undefined;
  if (backup !== undefined) {
    const reason =
      end.kind === 'failed' ? `the backup is there, but: ${describeError(end.error)}` : undefined;
    const absorbed = run.absorbs.map((due) => outcome(proof, due, 'absorbed', { label: backup.label }));
    return [outcome(proof, run.due, 'done', { label: backup.label, reason }), ...absorbed];
  }
  if (end.kind === 'aborted') return [outcome(proof, run.due, 'aborted', { reason: end.reason })];
  const reason = end.kind === 'failed' ? describeError(end.error) : unproven(proof.repository);
  return [outcome(proof, run.due, 'failed', { reason })];
};

/** A run that came to nothing before pgBackRest was started. */
export const notBegun = (
  run: PlannedRun,
  startedAt: Date,
  endedAt: Date,
  how: 'failed' | 'refused' | 'aborted',
  reason: string,
): RunOutcome => outcome({ startedAt, endedAt }, run.due, how, { reason });

/**
 * What the run journal keeps of it.
 *
 * @param stoppedBy the words by which a person stopped it; a run that ended for another reason is not cancelled
 */
export const endingOf = (
  { outcome: how, label, reason }: RunOutcome,
  stoppedBy?: string,
): Omit<Ending, 'at'> => ({
  outcome: how === 'done' || how === 'aborted' ? how : 'failed',
  ...(how === 'aborted' && stoppedBy !== undefined && reason === stoppedBy ? { cancelled: true } : {}),
  ...(label === undefined ? {} : { label }),
  ...(reason === undefined ? {} : { reason }),
});

/**
 * The newest backup that says of itself that it was taken for this due time, which had none before, or that was started
 * after the run, which is how one without annotations is known too. Times alone will not do: a clock may be set back
 * between the two.
 */
const takenBy = ({ run, startedAt, repository }: Proof): Backup | undefined => {
  // pgBackRest tells its start in whole seconds.
  const from = new Date(Math.floor(startedAt.getTime() / 1000) * 1000);
  const due: Due = { ...run.due, dueAt: run.due.scheduleId === initialId ? from : run.due.dueAt };
  const fresh = (repository?.backups ?? []).filter(
    (backup) =>
      saysSo(backup, run.due) || (backup.startedAt.getTime() >= from.getTime() && isSatisfied(due, [backup])),
  );
  return fresh.at(-1);
};

const saysSo = ({ type, annotations }: Backup, { type: wanted, scheduleId, dueAt }: Due): boolean =>
  covers(type, wanted) &&
  annotations[annotationKeys.schedule] === scheduleId &&
  annotations[annotationKeys.due] === dueAt.toISOString();

const unproven = (repository: RepositoryView | undefined): string =>
  repository?.reachable === true
    ? 'pgBackRest said that it was done, but the repository shows no such backup'
    : `the repository could not be read to prove it: ${repository?.message ?? 'no answer'}`;

const outcome = (
  { startedAt, endedAt }: Pick<Proof, 'startedAt' | 'endedAt'>,
  due: Due,
  how: RunOutcome['outcome'],
  more: { readonly label?: string; readonly reason?: string | undefined },
): RunOutcome => ({
  scheduleId: due.scheduleId,
  type: due.type,
  repo: due.repo,
  dueAt: due.dueAt.toISOString(),
  startedAt: startedAt.toISOString(),
  endedAt: endedAt.toISOString(),
  outcome: how,
  ...(more.label === undefined ? {} : { label: more.label }),
  ...(more.reason === undefined ? {} : { reason: more.reason }),
});
