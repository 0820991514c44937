import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import type { KeyPair } from '@howdah/testbed-tools/certificates';
import { apiServerPort, nodeAddress } from './addresses.ts';

/** What the API server answered when it did not do what was asked. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly status: number;

  constructor(status: number, what: string) {
    super(what);
    this.status = status;
  }
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** The own cluster's API, as JSON, over one connection kept alive. */
export class KubeApi {
  readonly #agent: Agent;

  /** @param user none for what everybody may see, e.g. /readyz. */
  constructor(authority: string, user?: KeyPair) {
    this.#agent = new Agent({
      keepAlive: true,
      ca: readFileSync(authority),
      ...(user === undefined ? {} : { cert: readFileSync(user.certificate), key: readFileSync(user.key) }),
    });
  }

  /** @throws ApiRefusal for any answer other than 2xx. */
  async call(method: Method, path: string, signal: AbortSignal, body?: unknown): Promise<string> {
    const answer = await this.#send(method, path, signal, body);
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += chunk;
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 299)
      throw new ApiRefusal(status, `${method} ${path} answered ${status}: ${text.slice(0, 500)}`);
    return text;
  }

  /** The events of a watch, one JSON document each; ends when the server ends it, as it does every few minutes. */
  async *watch(path: string, signal: AbortSignal): AsyncGenerator<unknown> {
    const answer = await this.#send('GET', path, signal);
    if (answer.statusCode !== 200) throw new ApiRefusal(answer.statusCode ?? 0, `watch of ${path} refused`);
    for await (const line of createInterface({ input: answer, crlfDelay: Number.POSITIVE_INFINITY }))
      yield JSON.parse(line);
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: Method, path: string, signal: AbortSignal, body?: unknown) {
    return new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const outgoing = request({
        host: nodeAddress,
        port: apiServerPort,
        method,
        path,
        signal,
        agent: this.#agent,
        headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': type }) },
      });
      outgoing.once('response', resolve);
      outgoing.once('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
