import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { Authority, type KeyPair } from '@howdah/testbed-tools/certificates';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patroniAddress } from './address.ts';
import { createExchange, type Question } from './exchange.ts';

const never = new AbortController().signal;
const undo: (() => unknown)[] = [];
afterAll(async () => {
  for (const step of undo.toReversed()) await step();
});

/** On a free port until the end of the tests. */
const listen = async (server: Server): Promise<string> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** One with a certificate for the cluster's service, as Patroni has it: it names no IP address. */
const serve = (options: ServerOptions): Promise<string> =>
  listen(createServer(options, (_, response) => response.end('{}')));

const serverName = 'orders.shop.svc';
const question: Question = {
  method: 'POST',
  path: '/reload',
  body: '{}',
  credentials: 'patroni:very-secret',
};

interface Shown {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly fingerprint: string;
}
const read = async (pair: KeyPair): Promise<Shown> => {
  const cert = await readFile(pair.certificate);
  return { cert, key: await readFile(pair.key), fingerprint: new X509Certificate(cert).fingerprint256 };
};

let good: Shown;
let ended: Shown;
let anotherEnded: Shown;
let othersEnded: Shown;

let url = '';
let caFile = '';
let otherCaFile = '';
beforeAll(async () => {
  const directory = await temporaryDirectory();
  undo.push(() => directory[Symbol.asyncDispose]());
  const authority = await Authority.create(join(directory.path, 'ours'));
  const others = await Authority.create(join(directory.path, 'others'));
  const issue = async (by: Authority, name: string, days?: number): Promise<Shown> =>
    read(
      await by.issue({
        name,
        commonName: serverName,
        alternatives: [`DNS:${serverName}`],
        ...(days === undefined ? {} : { days }),
      }),
    );
  good = await issue(authority, 'good');
  ended = await issue(authority, 'ended', 0);
  anotherEnded = await issue(authority, 'another-ended', 0);
  othersEnded = await issue(others, 'ended', 0);
  caFile = authority.certificate;
  otherCaFile = others.certificate;
  url = await serve(good);
});

interface Trust {
  readonly caFile?: string;
  readonly serverName?: string;
  readonly known?: readonly string[];
}

const ask = async ({ known, ...trust }: Trust, at = url, deadlineMs = 5_000): Promise<number> => {
  const address = {
    ...patroniAddress({ url: at, ...trust }),
    ...(known === undefined ? {} : { readKnownFingerprints: async () => known }),
  };
  const exchange = createExchange(address, deadlineMs);
  try {
    return (await exchange.ask(question, never)).statusCode;
  } finally {
    exchange.close();
  }
};

it('takes a certificate for the name that is configured, although the address is an IP', async () => {
  expect(await ask({ caFile, serverName })).toBe(200);
});

it.each([
  ['for another name', () => ({ caFile, serverName: 'invoices.shop.svc' })],
  ['that does not name the host, where no name is configured', () => ({ caFile })],
  ['of another CA', () => ({ caFile: otherCaFile, serverName })],
  ['of a CA that nobody knows', () => ({ serverName })],
])('refuses a certificate %s', async (_, trust) => {
  await expect(ask(trust())).rejects.toMatchObject({ code: 'HOWDAH_PATRONI_UNTRUSTED' });
});

describe('where certificates are known', () => {
  it('takes a known one that has ended, again and again, and whose CA nobody knows', async () => {
    const known = [good.fingerprint, ended.fingerprint, othersEnded.fingerprint];
    const at = await serve(ended);
    for (let times = 0; times < 3; times += 1) expect(await ask({ caFile, serverName, known }, at)).toBe(200);
    expect(await ask({ caFile, serverName, known }, await serve(othersEnded))).toBe(200);
    expect(await ask({ known }, at)).toBe(200);
  });

  it('still takes one that is authorised', async () => {
    expect(await ask({ caFile, serverName, known: [] })).toBe(200);
    expect(await ask({ caFile, serverName, known: [ended.fingerprint] })).toBe(200);
  });

  it('sends the question with its body and its credentials', async () => {
    const heard: unknown[] = [];
    const server = createServer(ended, (request, response) => {
      request.on('data', (bytes) => heard.push(request.headers.authorization, String(bytes)));
      request.on('end', () => response.end('{}'));
    });
    await ask({ serverName, known: [ended.fingerprint] }, await listen(server));
    expect(heard).toEqual([`Basic ${btoa('patroni:very-secret')}`, '{}']);
  });

  it.each([
    ['has ended and is another’s of the same CA', () => anotherEnded, () => ({ caFile, serverName })],
    ['has ended and is another CA’s', () => othersEnded, () => ({ caFile, serverName })],
    ['holds, for another name', () => good, () => ({ caFile, serverName: 'invoices.shop.svc' })],
    ['does not name the host, where no name is configured', () => good, () => ({ caFile })],
    ['holds, of another CA', () => good, () => ({ caFile: otherCaFile, serverName })],
  ])('not a byte reaches a peer whose certificate %s', async (_, shown, trust) => {
    const server = createTlsServer(shown());
    const heard: Buffer[] = [];
    server.on('secureConnection', (socket) => {
      socket.on('data', (bytes: Buffer) => heard.push(bytes));
      socket.on('error', () => undefined);
    });
    // It may be gone before the server has seen the end of the handshake.
    const gone = once(server, 'connection').then(([socket]: Socket[]) => socket && once(socket, 'close'));
    const asked = ask({ ...trust(), known: [ended.fingerprint] }, await listen(server));
    await expect(asked).rejects.toMatchObject({ code: 'HOWDAH_PATRONI_UNTRUSTED' });
    await gone;
    expect(Buffer.concat(heard).toString('latin1')).toBe('');
  });

  it('a peer that does not answer the handshake is given up at the deadline', async () => {
    const asked = ask({ known: [ended.fingerprint] }, await listen(createTcpServer()), 100);
    await expect(asked).rejects.toMatchObject({ code: 'HOWDAH_PATRONI_UNRESPONSIVE' });
  });

  it('a peer that hangs up after the handshake fails, and takes nobody down', async () => {
    const server = createTlsServer(ended, (socket) => void socket.destroy());
    const asked = ask({ known: [ended.fingerprint] }, await listen(server), 1_000);
    await expect(asked).rejects.toMatchObject({ code: 'HOWDAH_PATRONI_UNRESPONSIVE' });
  });
});
