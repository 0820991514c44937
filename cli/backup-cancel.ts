import { type CancelAnswer, cancelAnswer, cancelPath } from '@howdah/backup/control/messages';
import { systemClock } from '@howdah/core/clock';
import type { BackupStatus } from '@howdah/status/backup';
import { readStatus } from './backup-now.ts';
import type { ControlClient } from './control-client.ts';
import type { Surroundings } from './surroundings.ts';
import { timestamp } from './timestamp.ts';
import { wrap } from './wrap.ts';

type Outcome = Pick<NonNullable<BackupStatus['lastRun']>, 'outcome' | 'endedAt' | 'label' | 'reason'>;

/** What was stopped, and how it ended: it may have been done, or have lost the role, a moment before. */
export interface Cancelled {
  readonly asked: CancelAnswer;
  /** Undefined where the agent was started anew meanwhile. */
  readonly end: Outcome | undefined;
}

const pollMs = 200;

/**
 * Stops the backup or the verify that runs on this member and waits for its end, or has what failed not tried again.
 * Rejects with HOWDAH_CLI_REFUSED when there is nothing of it.
 */
export const cancelBackup = async (
  client: ControlClient,
  { signal, progress }: Pick<Surroundings, 'signal' | 'progress'>,
): Promise<Cancelled> => {
  const asked = await client.ask({ path: cancelPath, body: {}, answer: cancelAnswer }, signal);
  try {
    for (;;) {
      const seen = lookFor(asked, await readStatus(client, signal));
      if (seen !== 'running') return { asked, end: seen };
      progress(`${nameOf(asked)} is being stopped`);
      await systemClock.sleep(pollMs, signal);
    }
  } finally {
    progress('');
  }
};

/** How it ended, by what the agent says; undefined where it knows nothing of it any more. */
export const lookFor = (asked: CancelAnswer, status: BackupStatus): Outcome | 'running' | undefined => {
  if (asked.what === 'waiting') {
    const { lastRun } = status;
    return lastRun?.reason === asked.reason && lastRun.dueAt === asked.dueAt ? lastRun : undefined;
  }
  if (asked.what === 'backup') {
    const { running, lastRun } = status;
    if (lastRun?.startedAt === asked.startedAt) return lastRun;
    return running?.startedAt === asked.startedAt ? 'running' : undefined;
  }
  const verified = status.verification?.repositories.find(({ repo }) => repo === asked.repo);
  if (verified?.running?.startedAt === asked.startedAt) return 'running';
  if (verified?.lastTry?.startedAt === asked.startedAt) return verified.lastTry;
  const { last } = verified ?? {};
  return last?.startedAt === asked.startedAt ? { outcome: 'done', endedAt: last.endedAt } : undefined;
};

export const isCancelled = ({ asked, end }: Cancelled): boolean =>
  asked.what === 'waiting' || (end?.outcome === 'aborted' && end.reason === asked.reason);

export const backupCancelText = (cancelled: Cancelled): string => {
  const words = `${nameOf(cancelled.asked)} (${factsOf(cancelled.asked)}) ${howItEnded(cancelled)}`;
  return [...wrap(words, '  '), ''].join('\n');
};

const nameOf = (asked: CancelAnswer): string =>
  asked.what === 'verify' ? `The verify of repository ${asked.repo}` : asked.scheduleId;

const factsOf = (asked: CancelAnswer): string => {
  switch (asked.what) {
    case 'backup':
      return `${asked.type}, repository ${asked.repo}, since ${timestamp(asked.startedAt)} UTC`;
    case 'waiting':
      return `${asked.type}, repository ${asked.repo}, failed ${asked.failures === 1 ? 'once' : `${asked.failures} times`}`;
    case 'verify':
      return `since ${timestamp(asked.startedAt)} UTC`;
  }
};

const howItEnded = (cancelled: Cancelled): string => {
  const { asked, end } = cancelled;
  if (asked.what === 'waiting' && asked.problem !== undefined)
    return `is cancelled: this member's agent does not try it again before its next due time, unless it is started anew; other members do not know of it: ${asked.problem}.`;
  if (isCancelled(cancelled))
    return 'is cancelled: it is not taken up again before its next due time, on any member.';
  switch (end?.outcome) {
    case 'done':
      return `was done before it could be stopped${end.label === undefined ? '' : `: ${end.label}`}.`;
    case undefined:
      return `has ended, and the agent was started anew: howdah backup ${asked.what === 'verify' ? 'verify' : 'runs'} tells how.`;
    default:
      return `had ended before it could be stopped (${end?.outcome}: ${end?.reason}), and is tried again.`;
  }
};

export const backupCancelJson = (cancelled: Cancelled): string => {
  const { reason: _, version, ...asked } = cancelled.asked;
  const { outcome, label, reason, endedAt } = cancelled.end ?? {};
  const said = { version, cancelled: isCancelled(cancelled), ...asked };
  return `${JSON.stringify({ ...said, endedAt, outcome, label, reason }, undefined, 2)}\n`;
};
