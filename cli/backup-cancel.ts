import { type CancelAnswer, cancelAnswer, cancelPath } from '@howdah/backup/control/messages';
import { systemClock } from '@howdah/core/clock';
import type { BackupStatus } from '@howdah/status/backup';
import { readStatus } from './backup-now.ts';
import type { ControlClient } from './control-client.ts';
import type { Surroundings } from './surroundings.ts';
import { timestamp } from './timestamp.ts';
import { wrap } from './wrap.ts';

/** What was stopped, and how it ended: it may have been done, or have lost the role, a moment before. */
export interface Cancelled {
  readonly asked: CancelAnswer;
  /** Undefined where the agent was started anew meanwhile. */
  readonly run: BackupStatus['lastRun'];
}

const pollMs = 200;

/** Stops the backup that runs on this member, and waits for its end. Rejects with HOWDAH_CLI_REFUSED when none does. */
export const cancelBackup = async (
  client: ControlClient,
  { signal, progress }: Pick<Surroundings, 'signal' | 'progress'>,
): Promise<Cancelled> => {
  const asked = await client.ask({ path: cancelPath, body: {}, answer: cancelAnswer }, signal);
  try {
    for (;;) {
      const { running, lastRun } = await readStatus(client, signal);
      if (lastRun?.startedAt === asked.startedAt) return { asked, run: lastRun };
      if (running?.startedAt !== asked.startedAt) return { asked, run: undefined };
      progress(`${asked.scheduleId} is being stopped`);
      await systemClock.sleep(pollMs, signal);
    }
  } finally {
    progress('');
  }
};

export const isCancelled = ({ asked, run }: Cancelled): boolean =>
  run?.outcome === 'aborted' && run.reason === asked.reason;

export const backupCancelText = (cancelled: Cancelled): string => {
  const { asked } = cancelled;
  const what = `${asked.scheduleId} (${asked.type}, repository ${asked.repo}, since ${timestamp(asked.startedAt)} UTC)`;
  return [...wrap(`${what} ${howItEnded(cancelled)}`, '  '), ''].join('\n');
};

const howItEnded = (cancelled: Cancelled): string => {
  const { run } = cancelled;
  if (isCancelled(cancelled))
    return 'is cancelled: it is not taken up again before its next due time, on any member.';
  switch (run?.outcome) {
    case 'done':
      return `was done before it could be stopped: ${run.label}.`;
    case undefined:
      return 'has ended, and the agent was started anew: howdah backup runs tells how.';
    default:
      return `had ended before it could be stopped (${run?.outcome}: ${run?.reason}), and is tried again.`;
  }
};

export const backupCancelJson = (cancelled: Cancelled): string => {
  const { asked, run } = cancelled;
  const { scheduleId, type, repo, dueAt, startedAt } = asked;
  const said = { version: 1, cancelled: isCancelled(cancelled), scheduleId, type, repo, dueAt, startedAt };
  const { outcome, label, reason, endedAt } = run ?? {};
  return `${JSON.stringify({ ...said, endedAt, outcome, label, reason }, undefined, 2)}\n`;
};
