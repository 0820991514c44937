import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { HowdahError } from '@howdah/core/errors';
import { readBounded } from '@howdah/core/read-bounded';
import type { PatroniAddress } from './address.ts';
import { patroniErrors } from './errors.ts';
import { connectToKnown, type PeerTrust } from './known-peer.ts';

export interface Question {
  readonly method: 'GET' | 'PATCH' | 'POST';
  readonly path: string;
  readonly body?: string;
  /** `user:password` for basic authentication. */
  readonly credentials?: string;
}

export interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

/** A cluster of a hundred members is listed in 40 KB; what is longer is not Patroni's. */
const largestAnswerBytes = 1024 * 1024;

/** One HTTP question and its answer, within a deadline. Made once per client; it keeps one connection. */
export interface Exchange {
  /** @throws HowdahError `unreachable`, `unresponsive`, `untrusted` or `unexpectedAnswer`; the signal's reason on abort. */
  ask(question: Question, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

export const createExchange = (address: PatroniAddress, deadlineMs: number): Exchange => {
  const base = new URL(address.url);
  const secure = base.protocol === 'https:';
  // Patroni up to 4.1 speaks HTTP/1.0 and closes after each answer; one that keeps the connection is used.
  const limits = { keepAlive: true, maxSockets: 2, maxFreeSockets: 1 };
  const agent = secure ? new HttpsAgent(limits) : new HttpAgent(limits);

  const ask = async (question: Question, signal: AbortSignal): Promise<Answer> => {
    signal.throwIfAborted();
    const { known, ...trust }: Partial<PeerTrust> = secure ? await trustOf(address) : {};
    const deadline = AbortSignal.timeout(deadlineMs);
    const headers: Record<string, string> = { accept: 'application/json' };
    if (question.body !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = String(Buffer.byteLength(question.body));
    }
    const either = AbortSignal.any([signal, deadline]);
    const options = {
      method: question.method,
      headers,
      signal: either,
      ...(question.credentials === undefined ? {} : { auth: question.credentials }),
    };
    const target = new URL(question.path, base);
    try {
      // Judged before there is a request, so that nothing of it, credentials least of all, reaches anybody else.
      const judged =
        known === undefined ? undefined : await connectToKnown(target, { ...trust, known }, either);
      const over = judged === undefined ? { ...trust, agent } : { createConnection: () => judged };
      return await new Promise<Answer>((resolve, reject) => {
        const onAnswer = (answer: IncomingMessage) => readWhole(answer).then(resolve, reject);
        const begin = secure ? httpsRequest : httpRequest;
        const request = begin(target, { ...options, ...over }, onAnswer);
        request.on('error', reject);
        request.end(question.body);
      });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof HowdahError) throw error;
      const what = `${question.method} ${target.origin}${question.path}`;
      if (deadline.aborted)
        throw new HowdahError(patroniErrors.unresponsive, `${what}: no answer within ${deadlineMs} ms`);
      throw new HowdahError(kindOf(error), `${what} failed`, { cause: error });
    }
  };
  return { ask, close: () => agent.destroy() };
};

/** Node judges the certificate by `servername` where there is one, also when the host is an IP address. */
const trustOf = async ({
  readCa,
  serverName,
  readKnownFingerprints,
}: PatroniAddress): Promise<Partial<PeerTrust>> => {
  try {
    const ca = await readCa?.();
    const known = await readKnownFingerprints?.();
    return {
      ...(ca === undefined ? {} : { ca }),
      ...(serverName === undefined ? {} : { servername: serverName }),
      ...(known === undefined ? {} : { known }),
    };
  } catch (error) {
    throw new HowdahError(patroniErrors.untrusted, 'cannot read by what Patroni’s certificate is judged', {
      cause: error,
    });
  }
};

const readWhole = async (answer: IncomingMessage): Promise<Answer> => ({
  statusCode: answer.statusCode ?? 0,
  body: await readBounded(
    answer,
    largestAnswerBytes,
    (message) => new HowdahError(patroniErrors.unexpectedAnswer, message),
  ),
});

const kindOf = (error: unknown) => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/.test(code)) return patroniErrors.untrusted;
  // Patroni hangs up without an answer when its own store does not answer it.
  if (code === 'ECONNRESET' || code === 'EPIPE') return patroniErrors.unresponsive;
  if (code.startsWith('HPE_')) return patroniErrors.unexpectedAnswer;
  return patroniErrors.unreachable;
};
