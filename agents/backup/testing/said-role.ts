import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Patroni's word alone, and that is the test's: a running primary on the first timeline. */
export const primaryByPatroni = async (): Promise<AsyncDisposable & { readonly url: string }> => {
  const server = createServer((_, response) => {
    const word = { state: 'running', role: 'master', timeline: 1, patroni: { name: 'pg', scope: 'main' } };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(word));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
};
