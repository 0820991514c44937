import { Agent as HttpAgent, get as httpGet, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, get as httpsGet } from 'node:https';
import { describeError, HowdahError } from '@howdah/core/errors';
import { readBounded } from '@howdah/core/read-bounded';
import { statusErrors } from './errors.ts';
import { type Status, status } from './status.ts';

/** Asks the agents of one member what they have to say. */
export interface StatusClient {
  readonly url: string;
  /** Rejects with HOWDAH_STATUS_UNREACHABLE or HOWDAH_STATUS_NOT_UNDERSTOOD. */
  read(signal: AbortSignal): Promise<Status>;
  close(): void;
}

export interface StatusClientOptions {
  /** Where the agents listen, e.g. `http://10.0.0.7:9187`; `/status` is added. */
  readonly url: string;
  readonly timeoutMs?: number;
}

/** A repository that lists ten thousand backups says about 4 MiB. */
const largestAnswerBytes = 8 * 1024 * 1024;

/** One keep-alive connection, a deadline for each question, a bound on each answer. */
export const createStatusClient = ({ url, timeoutMs = 3_000 }: StatusClientOptions): StatusClient => {
  const target = new URL('status', url.endsWith('/') ? url : `${url}/`);
  const secure = target.protocol === 'https:';
  const connections = secure
    ? new HttpsAgent({ keepAlive: true, maxSockets: 1 })
    : new HttpAgent({ keepAlive: true, maxSockets: 1 });
  const ask = (signal: AbortSignal) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const request = secure
        ? httpsGet(target, { agent: connections, signal }, resolve)
        : httpGet(target, { agent: connections, signal }, resolve);
      request.on('error', reject);
    });
  return {
    url,
    read: async (signal) => {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      let text: string;
      try {
        const response = await ask(deadline);
        if (response.statusCode !== 200) {
          response.resume();
          throw new Error(`HTTP status ${response.statusCode}`);
        }
        text = await readBounded(response, largestAnswerBytes, (message) => new Error(message));
      } catch (error) {
        signal.throwIfAborted();
        const why = deadline.aborted ? `no answer within ${timeoutMs / 1000} s` : shortReason(error);
        throw new HowdahError(statusErrors.unreachable, `${target.href}: ${why}`, { cause: error });
      }
      return parse(target.href, text);
    },
    close: () => connections.destroy(),
  };
};

const parse = (href: string, text: string): Status => {
  try {
    return status.parse(JSON.parse(text));
  } catch (error) {
    throw new HowdahError(statusErrors.notUnderstood, `${href} answers something else than a status`, {
      cause: error,
    });
  }
};

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'no such host',
  EHOSTUNREACH: 'the host cannot be reached',
  ECONNRESET: 'the connection was cut',
};

const shortReason = (error: unknown): string =>
  (error instanceof Error && 'code' in error ? words[String(error.code)] : undefined) ?? describeError(error);
