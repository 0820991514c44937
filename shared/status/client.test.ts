import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createStatusClient, type StatusClient } from './client.ts';
import { statusOf } from './testdata/fleet.ts';

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const clientOf = async (answer: RequestListener, timeoutMs = 2_000): Promise<StatusClient> => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const client = createStatusClient({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    timeoutMs,
  });
  undo.push(() => client.close());
  return client;
};

const never = new AbortController().signal;

test('reads what the agents say, over one connection for many questions', async () => {
  const ports = new Set<number | undefined>();
  const client = await clientOf((request, response) => {
    ports.add(request.socket.remotePort);
    response.end(JSON.stringify(statusOf('pg-0', 'primary')));
  });
  for (let question = 0; question < 3; question += 1) expect((await client.read(never)).member).toBe('pg-0');
  expect(ports.size).toBe(1);
});

test('takes fields that a newer agent adds', async () => {
  const client = await clientOf((_, response) => {
    response.end(JSON.stringify({ ...statusOf('pg-0', 'primary'), moonPhase: 'full' }));
  });
  expect((await client.read(never)).version).toBe(1);
});

test.each([
  ['something else', '{"hello":"world"}'],
  ['half an answer', '{"version":1,'],
  ['a version to come', JSON.stringify({ ...statusOf('pg-0', 'primary'), version: 2 })],
])('refuses %s', async (_, body) => {
  const client = await clientOf((_request, response) => {
    response.end(body);
  });
  await expect(client.read(never)).rejects.toMatchObject({ code: 'HOWDAH_STATUS_NOT_UNDERSTOOD' });
});

test('waits no longer than its deadline, for the head or in the middle of the body', async () => {
  const mute = await clientOf(() => {}, 100);
  await expect(mute.read(never)).rejects.toMatchObject({
    code: 'HOWDAH_STATUS_UNREACHABLE',
    message: expect.stringContaining('no answer within 0.1 s'),
  });
  const dribbling = await clientOf((_, response) => {
    response.write('{"version":');
  }, 100);
  await expect(dribbling.read(never)).rejects.toMatchObject({ code: 'HOWDAH_STATUS_UNREACHABLE' });
});

test('reads no more than a status can be', async () => {
  const client = await clientOf((_, response) => {
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    const pour = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', pour);
    pour();
  });
  await expect(client.read(never)).rejects.toMatchObject({ code: 'HOWDAH_STATUS_UNREACHABLE' });
});

test('stops at once when asked to, with the reason it was given', async () => {
  const client = await clientOf(() => {});
  const stop = new AbortController();
  const reading = client.read(stop.signal);
  stop.abort(new Error('enough'));
  await expect(reading).rejects.toThrow('enough');
});

test('says in words that nobody listens', async () => {
  const client = createStatusClient({ url: 'http://127.0.0.1:9' });
  undo.push(() => client.close());
  await expect(client.read(never)).rejects.toThrow('http://127.0.0.1:9/status: nobody listens there');
});
