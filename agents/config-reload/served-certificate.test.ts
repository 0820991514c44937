import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { Authority } from '@howdah/testbed-tools/certificates';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { expect, it } from 'vitest';
import { servedByTls } from './served-certificate.ts';

const never = new AbortController().signal;

it.each([
  ['resets the connection', (raw: Socket) => void raw.resetAndDestroy()],
  ['does not hang up', () => undefined],
])('a certificate that was seen counts also when the peer then %s', async (_, then) => {
  await using directory = await temporaryDirectory();
  const authority = await Authority.create(join(directory.path, 'ca'));
  const pair = await authority.issue({ name: 'server', commonName: 'orders.shop.svc' });
  const shown = { cert: await readFile(pair.certificate), key: await readFile(pair.key) };
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (raw) => {
    const secure = new TLSSocket(raw, { isServer: true, ...shown });
    secure.on('error', () => undefined);
    secure.on('secure', () => then(raw));
    sockets.push(raw);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    expect(await servedByTls({ host: '127.0.0.1', port }, never)).toMatchObject({
      state: 'serves',
      certificate: { names: ['orders.shop.svc'] },
    });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});
