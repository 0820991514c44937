import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createPatroniClient, type PatroniOptions } from './client.ts';

// What Patroni 4.1 itself answers is recorded in testdata; here it is about everything that goes wrong
// between it and us, which a healthy Patroni does not do on demand. The statuses are those of its api.py.

const never = new AbortController().signal;
const undo: (() => void)[] = [];
const undoAll = () => {
  for (const step of undo.splice(0)) step();
};
afterEach(undoAll);

const serve = async (listener: RequestListener, options: Partial<PatroniOptions> = {}) => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createPatroniClient({ url: `http://127.0.0.1:${port}`, ...options });
  undo.push(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });
  return client;
};

describe('a question to Patroni', () => {
  it.each([
    [401, 'HOWDAH_PATRONI_UNAUTHORIZED', 'backoff'],
    [409, 'HOWDAH_PATRONI_CONFLICT', 'now'],
    [502, 'HOWDAH_PATRONI_UNAVAILABLE', 'backoff'],
    [503, 'HOWDAH_PATRONI_UNAVAILABLE', 'backoff'],
    [404, 'HOWDAH_PATRONI_UNEXPECTED_ANSWER', 'backoff'],
  ])('answered with %i fails as %s', async (status, code, retry) => {
    const client = await serve((_, response) => response.writeHead(status).end('words of Patroni'));
    await expect(client.config(never)).rejects.toMatchObject({ code, kind: { retry } });
    await expect(client.config(never)).rejects.toThrow(/words of Patroni/);
  });

  it('that nobody hears fails as unreachable', async () => {
    const client = await serve(() => undefined);
    undoAll();
    await expect(client.member(never)).rejects.toMatchObject({ code: 'HOWDAH_PATRONI_UNREACHABLE' });
  });

  it('whose CA cannot be read is not asked, and fails as untrusted', async () => {
    const client = createPatroniClient({
      url: 'https://127.0.0.1:1',
      readCa: async () => {
        throw new Error('ENOENT');
      },
    });
    await expect(client.member(never)).rejects.toMatchObject({ code: 'HOWDAH_PATRONI_UNTRUSTED' });
  });

  it('without an answer fails at its deadline', async () => {
    const client = await serve(() => undefined, { deadlineMs: 50 });
    await expect(client.member(never)).rejects.toThrow(/no answer within 50 ms/);
  });

  it('with an answer that stops half way fails at its deadline too', async () => {
    const client = await serve((_, response) => void response.write('{"state":'), { deadlineMs: 50 });
    await expect(client.member(never)).rejects.toMatchObject({ code: 'HOWDAH_PATRONI_UNRESPONSIVE' });
  });

  it('hung up on, as Patroni does when its store is away, fails as unresponsive', async () => {
    const client = await serve((request) => void request.socket.destroy());
    await expect(client.cluster(never)).rejects.toMatchObject({ code: 'HOWDAH_PATRONI_UNRESPONSIVE' });
  });

  it('about the lock is answered by a member without it too, with 503 and what it is', async () => {
    const { 'paused-promoted-by-hand': recorded } = JSON.parse(
      await readFile(new URL('testdata/leader-4.1.json', import.meta.url), 'utf8'),
    );
    const client = await serve(({ url }, response) =>
      response.writeHead(url === '/leader' ? recorded.status : 404).end(JSON.stringify(recorded.body)),
    );
    expect(await client.leader(never)).toMatchObject({ name: 'pg-1', role: 'primary', lock: 'absent' });
  });

  it('answered by somebody else says what was not as expected', async () => {
    const client = await serve((_, response) => response.end('<html>'));
    await expect(client.member(never)).rejects.toThrow(/not JSON/);
    const other = await serve((_, response) => response.end('{"role":"primary"}'));
    await expect(other.member(never)).rejects.toThrow(/GET \/patroni: state/);
  });

  it('answered without end is cut off', async () => {
    const client = await serve((_, response) => response.end(Buffer.alloc(1_100_000, 32)));
    await expect(client.member(never)).rejects.toMatchObject({ code: 'HOWDAH_PATRONI_UNEXPECTED_ANSWER' });
  });

  it('ends with the signal’s own reason when it aborts', async () => {
    const stop = new AbortController();
    const client = await serve(() => stop.abort(new Error('enough')));
    await expect(client.member(stop.signal)).rejects.toThrow('enough');
  });

  it('that writes carries the credentials, read anew each time', async () => {
    const heard: { method?: string; authorization?: string; body: string }[] = [];
    const passwords = ['old', 'new'];
    const client = await serve(
      async (request, response) => {
        let body = '';
        for await (const chunk of request) body += chunk;
        heard.push({
          method: request.method ?? '',
          authorization: request.headers.authorization ?? '',
          body,
        });
        response.end('{"postgresql":{"parameters":{"max_connections":70}}}');
      },
      { username: 'admin', readPassword: async () => passwords.shift() ?? '' },
    );
    const changed = await client.patchParameters({ max_connections: 70, work_mem: null }, never);
    await client.patchParameters({}, never);
    expect(changed.parameters).toEqual({ max_connections: 70 });
    expect(heard).toEqual([
      {
        method: 'PATCH',
        authorization: `Basic ${btoa('admin:old')}`,
        body: '{"postgresql":{"parameters":{"max_connections":70,"work_mem":null}}}',
      },
      { method: 'PATCH', authorization: `Basic ${btoa('admin:new')}`, body: expect.any(String) },
    ]);
  });
});
