import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { HowdahError } from '@howdah/core/errors';
import { patroniErrors } from './errors.ts';

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

/** @param ca the CA's certificate, PEM; asked at each connection, so that a renewed one is seen. */
export const createExchange = (url: string, deadlineMs: number, readCa?: () => Promise<string>): Exchange => {
  const base = new URL(url);
  const secure = base.protocol === 'https:';
  // Patroni up to 4.1 speaks HTTP/1.0 and closes after each answer; one that keeps the connection is used.
  const limits = { keepAlive: true, maxSockets: 2, maxFreeSockets: 1 };
  const agent = secure ? new HttpsAgent(limits) : new HttpAgent(limits);

  const ask = async (question: Question, signal: AbortSignal): Promise<Answer> => {
    signal.throwIfAborted();
    const ca = secure ? await caOf(readCa) : undefined;
    const deadline = AbortSignal.timeout(deadlineMs);
    const headers: Record<string, string> = { accept: 'application/json' };
    if (question.body !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = String(Buffer.byteLength(question.body));
    }
    const options = {
      agent,
      method: question.method,
      headers,
      signal: AbortSignal.any([signal, deadline]),
      ...(question.credentials === undefined ? {} : { auth: question.credentials }),
    };
    const target = new URL(question.path, base);
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const onAnswer = (answer: IncomingMessage) => readWhole(answer).then(resolve, reject);
        const request = secure
          ? httpsRequest(target, { ...options, ...(ca === undefined ? {} : { ca }) }, onAnswer)
          : httpRequest(target, options, onAnswer);
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

const caOf = async (readCa: (() => Promise<string>) | undefined): Promise<string | undefined> => {
  try {
    return await readCa?.();
  } catch (error) {
    throw new HowdahError(patroniErrors.untrusted, 'cannot read the CA of Patroni’s certificate', {
      cause: error,
    });
  }
};

const readWhole = async (answer: IncomingMessage): Promise<Answer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > largestAnswerBytes) {
      answer.destroy();
      throw new HowdahError(
        patroniErrors.unexpectedAnswer,
        `an answer of more than ${largestAnswerBytes} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return { statusCode: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') };
};

const kindOf = (error: unknown) => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/.test(code)) return patroniErrors.untrusted;
  // Patroni hangs up without an answer when its own store does not answer it.
  if (code === 'ECONNRESET' || code === 'EPIPE') return patroniErrors.unresponsive;
  if (code.startsWith('HPE_')) return patroniErrors.unexpectedAnswer;
  return patroniErrors.unreachable;
};
