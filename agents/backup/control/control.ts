import type { Clock } from '@howdah/core/clock';
import type { Logger } from '@howdah/runtime/logger';
import type { BackupStatus } from '@howdah/status/backup';
import * as z from 'zod';
import type { BackupLoop } from '../loop.ts';
import type { ControlAnswer, ControlRoute } from '../ports.ts';
import { refusalOf } from '../repository/stanza-judgement.ts';
import { newestTimeline, viewIn } from '../repository/views.ts';
import type { RepositoryWatch } from '../repository/watch.ts';
import { mayStart } from '../role/gate.ts';
import type { RoleWatch } from '../role/watch.ts';
import type { Verifications } from '../verification/verifications.ts';
import type { Wake } from '../wake.ts';
import type { AskedNow } from './asked-now.ts';
import {
  type CancelAnswer,
  cancelPath,
  cancelQuestion,
  type NowAnswer,
  nowPath,
  nowQuestion,
  statusPath,
  type VerifyAnswer,
  verifyPath,
  verifyQuestion,
} from './messages.ts';

export interface ControlInput {
  readonly member: string;
  readonly asked: AskedNow;
  readonly verifications: Pick<Verifications, 'ask' | 'cancel' | 'unavailable'>;
  readonly loop: Pick<BackupLoop, 'cancel' | 'giveUp'>;
  readonly role: Pick<RoleWatch, 'view'>;
  readonly repositories: Pick<RepositoryWatch, 'views'>;
  readonly status: () => BackupStatus;
  /** The member that Patroni calls the primary; undefined where nobody says. */
  readonly primary: (signal: AbortSignal) => Promise<string | undefined>;
  /** This instance of the agent begins nothing any more. */
  readonly isEnding: () => boolean;
  readonly wake: Pick<Wake, 'now'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const primaryDeadlineMs = 2_000;

/** What a person in the pod may ask of this agent, over its control socket alone. */
export const controlRoutes = (input: ControlInput): readonly ControlRoute[] => [
  { method: 'GET', path: statusPath, answer: async () => ({ code: 200, body: input.status() }) },
  { method: 'POST', path: nowPath, answer: (body) => now(input, body) },
  { method: 'POST', path: cancelPath, answer: (body) => cancel(input, body) },
  { method: 'POST', path: verifyPath, answer: (body) => verify(input, body) },
];

const refused = (words: string, code = 409): ControlAnswer => ({
  code,
  body: { version: 1, refused: words },
});

const now = async (input: ControlInput, body: unknown): Promise<ControlAnswer> => {
  const question = nowQuestion.safeParse(body);
  if (!question.success) return refused(z.prettifyError(question.error), 400);
  const { asked, clock, wake, logger } = input;
  const repo = await repositoryFor(input, question.data.repo);
  if (typeof repo !== 'number') return repo;
  const { type } = question.data;
  const request = asked.ask(type, repo, clock.now());
  if (request === undefined) return refused('too many backups were asked for here within a day');
  logger.info({ request: request.id, type, repo }, 'backup asked for');
  wake.now();
  const answer: NowAnswer = { version: 1, id: request.id, type, repo, at: request.at.toISOString() };
  return { code: 202, body: answer };
};

const verify = async (input: ControlInput, body: unknown): Promise<ControlAnswer> => {
  const question = verifyQuestion.safeParse(body);
  if (!question.success) return refused(z.prettifyError(question.error), 400);
  const { verifications, repositories, wake, logger } = input;
  if (verifications.unavailable !== undefined) return refused(verifications.unavailable);
  const repo = await repositoryFor(input, question.data.repo);
  if (typeof repo !== 'number') return repo;
  if (viewIn(repositories.views(), repo)?.backups.length === 0)
    return refused(`repository ${repo} holds no backup: there is nothing to verify`);
  const at = verifications.ask(repo);
  logger.info({ repo }, 'verify asked for');
  wake.now();
  const answer: VerifyAnswer = { version: 1, repo, at: at.toISOString() };
  return { code: 202, body: answer };
};

/** The repository that is meant, where this member may do something with it now; else why not. */
const repositoryFor = async (
  input: ControlInput,
  wanted: number | undefined,
): Promise<number | ControlAnswer> => {
  if (input.isEnding())
    return refused(
      'this agent ends, or takes a new configuration once the backup under way has ended; ask again then',
    );
  const views = input.repositories.views();
  const numbers = views.map(({ repo }) => repo);
  const repo = wanted ?? Math.min(...numbers);
  if (views.length === 0) return refused('the repositories have not been read yet; ask again in a moment');
  if (!numbers.includes(repo))
    return refused(`there is no repository ${repo}, only ${numbers.join(', ')}`, 400);
  const refusal = refusalOf(viewIn(views, repo));
  if (refusal !== undefined) return refused(`repository ${repo} is refused: ${refusal}`);
  const gate = mayStart(input.role.view(), newestTimeline(views));
  return gate.open ? repo : refused(`${gate.because}${await whoElse(input)}`);
};

const cancel = async (input: ControlInput, body: unknown): Promise<ControlAnswer> => {
  const question = cancelQuestion.safeParse(body);
  if (!question.success) return refused(z.prettifyError(question.error), 400);
  const reason = `cancelled by howdah backup cancel on ${input.member}`;
  const answer = stopRunning(input, reason) ?? (await giveUp(input, reason));
  if (answer === undefined)
    return refused(
      `nothing to cancel on ${input.member}: neither a backup nor a verify runs, and none waits for its next try${await whoElse(input)}`,
    );
  if ('refused' in answer) return refused(answer.refused);
  input.logger.warn(answer, 'cancelled');
  input.wake.now();
  return { code: 202, body: answer };
};

const stopRunning = ({ loop, verifications }: ControlInput, reason: string): CancelAnswer | undefined => {
  const running = loop.cancel(reason);
  if (running !== undefined) {
    const { scheduleId, type, repo, dueAt } = running.run.due;
    return {
      ...{ version: 1, what: 'backup', scheduleId, type, repo, dueAt: dueAt.toISOString() },
      ...{ startedAt: running.startedAt.toISOString(), reason },
    };
  }
  const verify = verifications.cancel(reason);
  if (verify === undefined) return undefined;
  const { repo, dueAt } = verify.due;
  return {
    ...{ version: 1, what: 'verify', repo, dueAt: dueAt.toISOString() },
    ...{ startedAt: verify.startedAt.toISOString(), reason },
  };
};

const giveUp = async (
  { loop }: ControlInput,
  reason: string,
): Promise<CancelAnswer | { readonly refused: string } | undefined> => {
  const end = await loop.giveUp(reason);
  if (end === undefined) return undefined;
  const { scheduleId, type, repo, dueAt } = end.waiting.due;
  if (end.kind === 'held') return { refused: `${scheduleId} in repository ${repo}: ${end.because}` };
  return {
    ...{ version: 1, what: 'waiting', scheduleId, type, repo, dueAt: dueAt.toISOString() },
    ...{ failures: end.waiting.failures, reason },
    ...(end.problem === undefined ? {} : { problem: end.problem }),
  };
};

/** Where to go instead, on a member that is not the primary. */
const whoElse = async ({ role, primary, member }: ControlInput): Promise<string> => {
  if (role.view().role === 'primary') return '';
  const name = await primary(AbortSignal.timeout(primaryDeadlineMs)).catch(() => undefined);
  return name === undefined || name === member
    ? '; ask the primary: howdah status tells who that is'
    : `; ask the primary, ${name}`;
};
