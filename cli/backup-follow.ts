import type { NowAnswer } from '@howdah/backup/control/messages';
import type { BackupEntry, BackupStatus } from '@howdah/status/backup';

/** How a backup goes that somebody asked for, by what the agent says. */
export type Followed =
  | { readonly kind: 'waiting'; readonly because: string }
  | { readonly kind: 'running'; readonly since: string; readonly hooks?: 'before' | 'after' }
  | { readonly kind: 'done'; readonly backup: BackupEntry; readonly hookProblem?: string }
  | {
      readonly kind: 'not-done';
      readonly outcome: 'failed' | 'aborted';
      readonly reason: string;
      readonly hookProblem?: string;
    }
  /** The agent does not know it: it was started anew, or has taken a new configuration, before it came to that. */
  | { readonly kind: 'forgotten' };

export const follow = (status: BackupStatus, { id, repo }: NowAnswer): Followed => {
  const key = `request/${id}`;
  const { running, lastRun, requests = [], runs = [] } = status;
  if (running?.scheduleId === key)
    return {
      ...{ kind: 'running', since: running.startedAt },
      ...(running.hooks === undefined ? {} : { hooks: running.hooks }),
    };
  const own = lastRun?.scheduleId === key ? lastRun : undefined;
  const hooked = own?.hookProblem === undefined ? {} : { hookProblem: own.hookProblem };
  const request = requests.find((each) => each.id === id);
  const label = request?.repos.find((each) => each.repo === repo)?.label;
  const backup = backupsIn(status, repo).find(
    (each) => each.label === label || each.annotations?.['howdah-schedule'] === key,
  );
  if (backup !== undefined) return { kind: 'done', backup, ...hooked };
  // The agent's own word is there before the journal's, and where there is no journal.
  const run = own ?? runs.find(({ scheduleId }) => scheduleId === key);
  const ended = run?.outcome === 'failed' || run?.outcome === 'aborted' ? run.outcome : undefined;
  const reason = request?.gaveUp ?? run?.reason ?? '';
  if (request?.gaveUp !== undefined || ended !== undefined)
    return { kind: 'not-done', outcome: ended ?? 'failed', reason, ...hooked };
  if (request === undefined)
    return run === undefined
      ? { kind: 'forgotten' }
      : { kind: 'waiting', because: 'the agent was started anew, and looks what became of it' };
  return { kind: 'waiting', because: whyWaiting(status, own) };
};

const backupsIn = ({ repositories }: BackupStatus, repo: number): readonly BackupEntry[] =>
  repositories.find((each) => each.repo === repo)?.backups ?? [];

const whyWaiting = ({ running }: BackupStatus, own: BackupStatus['lastRun']): string => {
  if (running !== undefined)
    return `${running.scheduleId} runs (${running.type}, repository ${running.repo})`;
  return own?.outcome === 'refused' ? (own.reason ?? 'it was refused') : 'the agent looks whether it may';
};
