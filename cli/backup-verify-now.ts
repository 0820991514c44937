import { type VerifyAnswer, verifyAnswer, verifyPath } from '@howdah/backup/control/messages';
import { systemClock } from '@howdah/core/clock';
import { HowdahError, isAbortError } from '@howdah/core/errors';
import { formatDuration } from '@howdah/core/units';
import { readStatus } from './backup-now.ts';
import { problemsOf, secondsOf, type Verified } from './backup-verify.ts';
import type { ControlClient } from './control-client.ts';
import { cliErrors } from './errors.ts';
import type { Style } from './style.ts';
import type { Surroundings } from './surroundings.ts';
import { wrap } from './wrap.ts';

const pollMs = 1_000;

export const askForVerify = (
  client: ControlClient,
  question: { readonly repo?: number },
  signal: AbortSignal,
): Promise<VerifyAnswer> => client.ask({ path: verifyPath, body: question, answer: verifyAnswer }, signal);

/** How far it is: what this member says of the repository that was asked about. */
export const followVerify = (
  verified: Verified | undefined,
  { at }: VerifyAnswer,
): 'done' | 'not-done' | 'running' | 'waiting' | 'forgotten' => {
  if (verified?.last?.dueAt === at) return 'done';
  if (verified?.lastTry?.dueAt === at) return 'not-done';
  if (verified?.running?.dueAt === at) return 'running';
  return verified?.askedAt === at ? 'waiting' : 'forgotten';
};

/**
 * Waits until it came to a verdict, or to none. Rejects with HOWDAH_CLI_ASKED_FORGOTTEN when the agent knows nothing of it
 * any more, and with HOWDAH_CLI_STOPPED_WAITING when the person does not want to wait.
 */
export const awaitVerify = async (
  client: ControlClient,
  asked: VerifyAnswer,
  { signal, progress }: Pick<Surroundings, 'signal' | 'progress'>,
): Promise<Verified> => {
  let missed = 0;
  try {
    for (;;) {
      const { verification } = await readStatus(client, signal);
      const verified = verification?.repositories.find(({ repo }) => repo === asked.repo);
      const followed = followVerify(verified, asked);
      if (verified !== undefined && (followed === 'done' || followed === 'not-done')) return verified;
      // Between the claim and its entry there is a moment in which nothing tells of it.
      missed = followed === 'forgotten' ? missed + 1 : 0;
      if (missed > 2)
        throw new HowdahError(cliErrors.askedForgotten, 'the agent knows nothing of this verify any more');
      const forSeconds = (Date.now() - Date.parse(asked.at)) / 1_000;
      progress(
        `repository ${asked.repo} ${followed === 'running' ? 'is being verified' : 'waits'}, ${formatDuration(forSeconds)}`,
      );
      await systemClock.sleep(pollMs, signal);
    }
  } catch (error) {
    if (!signal.aborted || !isAbortError(error)) throw error;
    throw new HowdahError(cliErrors.stoppedWaiting, 'nobody waits for the verify any more');
  } finally {
    progress('');
  }
};

export const isValid = ({ last }: Verified, { at }: VerifyAnswer): boolean =>
  last?.dueAt === at && last.verdict === 'valid';

export const verifyNowText = (verified: Verified, asked: VerifyAnswer, style: Style): string => {
  const { last, lastTry, repo } = verified;
  if (last?.dueAt !== asked.at)
    return [...wrap(lastTry?.reason ?? '', '  ', `${style.alarm('Not verified:')} `), ''].join('\n');
  if (last.verdict === 'invalid') return [...problemsOf(verified, style), ''].join('\n');
  return `${style.good('Valid:')} repository ${repo}, read through in ${formatDuration(secondsOf(last))}.\n`;
};

export const verifyNowJson = (asked: VerifyAnswer, verified?: Verified): string => {
  const { repo, at } = asked;
  const { last, lastTry } = verified ?? {};
  const said = last?.dueAt === at ? last : lastTry?.dueAt === at ? lastTry : {};
  return `${JSON.stringify({ version: 1, repo, at, ...said }, undefined, 2)}\n`;
};
