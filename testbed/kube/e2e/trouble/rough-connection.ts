import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Connection } from '@howdah/kube/connection';

/** How often the API server was made to be what it is on a bad day. */
export interface RoughDay {
  readonly conflicts: number;
  readonly tooMany: number;
  readonly expired: number;
  readonly brokenOff: number;
}

export interface RoughConnection extends Connection {
  seen(): RoughDay;
  /** Questions, those that were let through among them. */
  asked(): number;
}

/** Of a hundred questions so many are refused. */
const refusedShare = 0.15;
const longestWatchMs = 4_000;

/**
 * The real API server, which now and then refuses a write as a conflict (409) or any question as one too many (429),
 * ends watches within seconds, and no longer knows where they were (410).
 */
export const roughConnection = (real: Connection): RoughConnection => {
  const seen = { conflicts: 0, tooMany: 0, expired: 0, brokenOff: 0 };
  let asked = 0;
  const watch: Connection['send'] = async (question, signal) => {
    if (Math.random() < refusedShare) {
      seen.expired += 1;
      return answer(200, { type: 'ERROR', object: failure(410, 'too old resource version') });
    }
    const open = await real.send(question, signal);
    setTimeout(() => {
      seen.brokenOff += 1;
      open.socket.destroy();
    }, Math.random() * longestWatchMs).unref();
    return open;
  };
  return {
    seen: () => ({ ...seen }),
    asked: () => asked,
    send: async (question, signal) => {
      asked += 1;
      if (question.query?.watch === 'true') return watch(question, signal);
      if (Math.random() >= refusedShare) return real.send(question, signal);
      if (question.method !== 'GET' && Math.random() < 0.5) {
        seen.conflicts += 1;
        return answer(409, failure(409, 'the object has been modified'));
      }
      seen.tooMany += 1;
      return answer(429, failure(429, 'too many requests'));
    },
    namespace: real.namespace,
    close: () => real.close(),
  };
};

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
const failure = (code: number, message: string) => ({
  ...{ apiVersion: 'v1', kind: 'Status', status: 'Failure', code, message },
  details: code === 429 ? { retryAfterSeconds: 1 } : {},
});

/** What is read of an answer: its code and its body. */
const answer = (statusCode: number, body: object): IncomingMessage =>
  Object.assign(Readable.from([`${JSON.stringify(body)}\n`]), { statusCode }) as unknown as IncomingMessage;
