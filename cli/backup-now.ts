import {
  type NowAnswer,
  nowAnswer,
  nowPath,
  statusAnswer,
  statusPath,
} from '@howdah/backup/control/messages';
import { systemClock } from '@howdah/core/clock';
import { HowdahError, isAbortError } from '@howdah/core/errors';
import { formatBytes, formatDuration } from '@howdah/core/units';
import type { BackupStatus } from '@howdah/status/backup';
import { type Followed, follow } from './backup-follow.ts';
import type { ControlClient } from './control-client.ts';
import { cliErrors } from './errors.ts';
import type { Style } from './style.ts';
import type { Surroundings } from './surroundings.ts';
import { wrap } from './wrap.ts';

const pollMs = 1_000;
/** An agent that is started anew, or takes a new configuration, is back within this time. */
const silenceMs = 30_000;

export type Ended = Extract<Followed, { readonly kind: 'done' | 'not-done' }>;

/** Asks for a backup. Rejects with HOWDAH_CLI_REFUSED on a member that may not take one. */
export const askForBackup = (
  client: ControlClient,
  question: { readonly type: string; readonly repo?: number },
  signal: AbortSignal,
): Promise<NowAnswer> => client.ask({ path: nowPath, body: question, answer: nowAnswer }, signal);

/**
 * Waits until it is done, or is not. Rejects with HOWDAH_CLI_ASKED_FORGOTTEN when the agent knows nothing of it any
 * more, and with HOWDAH_CLI_STOPPED_WAITING when the person does not want to wait.
 */
export const awaitBackup = async (
  client: ControlClient,
  asked: NowAnswer,
  { signal, progress }: Pick<Surroundings, 'signal' | 'progress'>,
): Promise<Ended> => {
  try {
    for (;;) {
      const followed = follow(await readStatus(client, signal), asked);
      if (followed.kind === 'done' || followed.kind === 'not-done') return followed;
      if (followed.kind === 'forgotten')
        throw new HowdahError(cliErrors.askedForgotten, `the agent knows nothing of ${asked.id} any more`);
      progress(progressText(asked, followed));
      await systemClock.sleep(pollMs, signal);
    }
  } catch (error) {
    if (!signal.aborted || !isAbortError(error)) throw error;
    throw new HowdahError(cliErrors.stoppedWaiting, `nobody waits for ${asked.id} any more`);
  } finally {
    progress('');
  }
};

/** The agent's status; asked again while nobody answers. */
export const readStatus = async (client: ControlClient, signal: AbortSignal): Promise<BackupStatus> => {
  const untilMs = systemClock.monotonicMs() + silenceMs;
  for (;;) {
    try {
      return await client.ask({ path: statusPath, answer: statusAnswer }, signal);
    } catch (error) {
      const silent = error instanceof HowdahError && error.code === cliErrors.noAgentHere.code;
      if (!silent || systemClock.monotonicMs() > untilMs) throw error;
      await systemClock.sleep(pollMs, signal);
    }
  }
};

const progressText = (
  { id, type, repo }: NowAnswer,
  followed: Extract<Followed, { readonly kind: 'waiting' | 'running' }>,
): string => {
  if (followed.kind === 'waiting') return `${id} waits: ${followed.because}`;
  const what = followed.hooks === undefined ? `${type} of repository ${repo}` : `hooks ${followed.hooks} it`;
  return `${id}: ${what}, since ${formatDuration((Date.now() - Date.parse(followed.since)) / 1_000)}`;
};

export const backupNowText = (asked: NowAnswer, ended: Ended, style: Style): string => {
  const hooks =
    ended.hookProblem === undefined ? [] : wrap(ended.hookProblem, '  ', `${style.warning('Hooks:')} `);
  if (ended.kind === 'not-done') {
    const head = style.alarm(ended.outcome === 'failed' ? 'Failed:' : 'Aborted:');
    return [...wrap(ended.reason, '  ', `${head} `), ...hooks, ''].join('\n');
  }
  const { label, type, databaseBytes, repositoryBytes } = ended.backup;
  const words = [
    `${type} in repository ${asked.repo}, ${formatBytes(databaseBytes)} of data,`,
    `${formatBytes(repositoryBytes)} added, in ${formatDuration(secondsOf(ended.backup))}.`,
  ];
  return [...wrap(`${label} ${words.join(' ')}`, '  ', `${style.good('Done:')} `), ...hooks, ''].join('\n');
};

export const backupNowJson = (asked: NowAnswer, ended?: Ended): string => {
  const { id, type, repo, at } = asked;
  return `${JSON.stringify({ version: 1, id, type, repo, at, ...resultOf(ended) }, undefined, 2)}\n`;
};

const resultOf = (ended: Ended | undefined): object => {
  if (ended === undefined) return {};
  const hooks = ended.hookProblem === undefined ? {} : { hookProblem: ended.hookProblem };
  if (ended.kind === 'not-done') return { outcome: ended.outcome, reason: ended.reason, ...hooks };
  const { label, startedAt, stoppedAt, databaseBytes, repositoryBytes } = ended.backup;
  return {
    ...{ outcome: 'done', label, takenType: ended.backup.type, startedAt, stoppedAt },
    ...{ seconds: secondsOf(ended.backup), databaseBytes, repositoryBytes, ...hooks },
  };
};

const secondsOf = ({
  startedAt,
  stoppedAt,
}: {
  readonly startedAt: string;
  readonly stoppedAt: string;
}): number => (Date.parse(stoppedAt) - Date.parse(startedAt)) / 1_000;
