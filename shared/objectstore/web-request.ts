import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';

export interface WebRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: Agent;
  readonly body?: AsyncIterable<Uint8Array>;
}

/** One exchange over the given agent: resolves with the answer once its head is there. No redirects. */
export const exchange = (options: WebRequest, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const send = options.url.protocol === 'https:' ? httpsRequest : httpRequest;
    const { method, agent, headers } = options;
    const request = send(options.url, { method, agent, headers, signal });
    request.once('response', resolve);
    request.once('error', reject);
    if (options.body === undefined) {
      request.end();
      return;
    }
    pipeline(options.body, request).catch((error: unknown) => {
      // A server that refuses early answers and closes: the answer, if it came, says more than the broken pipe.
      request.destroy();
      reject(error);
    });
  });
