import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@howdah/core/clock';
import { expect, it, vi } from 'vitest';
import { createKubeApi } from './api.ts';
import type { Connection } from './connection.ts';
import { kubeErrors } from './errors.ts';
import { resources } from './resource.ts';
import { createMirror } from './watch.ts';

const monitor = (name: string) => ({
  ...{ apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor' },
  metadata: { name, namespace: 'shop', resourceVersion: '7' },
});

/** An API server that can be told whether it serves one kind; of one that it does not it says so in plain text. */
const startServer = async () => {
  let served = false;
  let watch: ServerResponse | undefined;
  const server = createServer(({ url = '' }, answer) => {
    if (!served) {
      answer.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
      return;
    }
    if (url.includes('watch=true')) {
      watch = answer.writeHead(200);
      answer.flushHeaders();
      return;
    }
    answer.end(JSON.stringify({ metadata: { resourceVersion: '7' }, items: [monitor('orders')] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connection: Connection = {
    send: async ({ method, path, query = {} }, signal) => {
      const words = Object.entries(query).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      const asked = request({
        ...{ host: '127.0.0.1', port, method, signal },
        path: `${path}?${new URLSearchParams(words)}`,
      }).end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      return answer;
    },
    namespace: 'shop',
    close: () => undefined,
  };
  return {
    connection,
    serve: (now: boolean) => {
      served = now;
      if (!now) watch?.end();
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

it('hears of a kind that comes later, and that it has gone again', async () => {
  await using server = await startServer();
  const { connection } = server;
  const stop = new AbortController();
  const failures: unknown[] = [];
  const mirror = createMirror({
    ...{ connection, api: createKubeApi(connection), clock: systemClock, selection: {}, random: () => 0 },
    resource: resources.podMonitor,
    onChange: () => undefined,
    onFailure: ({ kind }) => failures.push(kind),
  });
  const running = mirror.run(stop.signal);
  const soon = (look: () => void) => vi.waitFor(look, { timeout: 8_000 });

  await soon(() => expect(failures).toEqual([kubeErrors.absent]));
  expect(mirror.synced).toBe(false);
  server.serve(true);
  await soon(() => expect(mirror.synced).toBe(true));
  expect(mirror.get('shop', 'orders')?.kind).toBe('PodMonitor');
  server.serve(false);
  await soon(() => expect(mirror.synced).toBe(false));

  stop.abort();
  await running;
});
