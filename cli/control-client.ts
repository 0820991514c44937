import { request as httpRequest, type IncomingMessage } from 'node:http';
import {
  type cancelPath,
  type nowPath,
  refusal,
  type statusPath,
  type verifyPath,
} from '@howdah/backup/control/messages';
import { describeError, HowdahError } from '@howdah/core/errors';
import { readBounded } from '@howdah/core/read-bounded';
import type * as z from 'zod';
import { cliErrors } from './errors.ts';

export interface ControlQuestion<Answer> {
  readonly path: typeof nowPath | typeof cancelPath | typeof verifyPath | typeof statusPath;
  /** Sent by POST; GET when absent. */
  readonly body?: object;
  readonly answer: z.ZodType<Answer>;
}

/** Asks the agent in this pod, over its socket. */
export interface ControlClient {
  /**
   * Rejects with HOWDAH_CLI_NO_AGENT_HERE when nobody listens, HOWDAH_CLI_REFUSED with the agent's own words, and
   * HOWDAH_CLI_CONTROL_ANSWER for what is no answer of an agent's.
   */
  ask<Answer>(question: ControlQuestion<Answer>, signal: AbortSignal): Promise<Answer>;
}

const timeoutMs = 5_000;
/** A repository that lists ten thousand backups says about 4 MiB. */
const largestAnswerBytes = 8 * 1024 * 1024;

export const createControlClient = (socketPath: string): ControlClient => ({
  ask: async ({ path, body, answer }, signal) => {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    let response: IncomingMessage;
    let text: string;
    try {
      response = await send(socketPath, path, body, deadline);
      text = await readBounded(response, largestAnswerBytes, (message) => new Error(message));
    } catch (cause) {
      signal.throwIfAborted();
      const why = deadline.aborted ? `no answer within ${timeoutMs / 1_000} s` : shortReason(cause);
      throw new HowdahError(cliErrors.noAgentHere, `${socketPath}: ${why}`, { cause });
    }
    const said = jsonOf(text);
    const refused = refusal.safeParse(said);
    if (refused.success) throw new HowdahError(cliErrors.refused, refused.data.refused);
    const parsed = answer.safeParse(said);
    if (parsed.success) return parsed.data;
    throw new HowdahError(
      cliErrors.controlAnswer,
      `${socketPath} answers ${path} with ${response.statusCode} and something else than was asked for`,
      { cause: parsed.error },
    );
  },
});

const send = (
  socketPath: string,
  path: string,
  body: object | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const method = body === undefined ? 'GET' : 'POST';
    httpRequest({ socketPath, path, method, headers, signal, agent: false }, resolve)
      .on('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
  });

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const words: Readonly<Record<string, string>> = {
  ENOENT: 'no backup agent listens there',
  ECONNREFUSED: 'the backup agent that listened there is no more',
  EACCES: 'it belongs to another user',
};

const shortReason = (error: unknown): string =>
  (error instanceof Error && 'code' in error ? words[String(error.code)] : undefined) ?? describeError(error);
