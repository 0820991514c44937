import { X509Certificate } from 'node:crypto';
import { chown, copyFile, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Authority } from '@howdah/testbed-tools/certificates';
import { usePostgres } from '@howdah/testing/pg-test';
import { databaseUser, identityOf } from '@howdah/testing/run-as';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { expect, it } from 'vitest';
import { servedByPostgres, servedByTls } from './served-certificate.ts';

// An address of its own, since the port is every PostgreSQL's.
const host = '127.54.32.1';
const server = usePostgres({ settings: { listen_addresses: host, log_connections: 'on' } });
const never = new AbortController().signal;
const port = () => ({ host, port: server().port });

it('PostgreSQL without TLS is told from one that does not answer', async () => {
  expect(await servedByPostgres(port(), never)).toMatchObject({
    state: 'plain',
    why: expect.stringMatching(/ssl_cert_file/),
  });
  expect(await servedByPostgres({ host, port: 1 }, never)).toMatchObject({
    state: 'silent',
    why: expect.stringMatching(/ECONNREFUSED/),
  });
});

it('PostgreSQL’s certificate is seen without a session, and without a complaint in its log', async () => {
  await using directory = await temporaryDirectory();
  const authority = await Authority.create(join(directory.path, 'ca'));
  const pair = await authority.issue({ name: 'server', commonName: 'orders.shop.svc' });
  const user = databaseUser();
  for (const [path, name] of [
    [pair.certificate, 'server.crt'],
    [pair.key, 'server.key'],
  ] as const) {
    const place = join(server().dataDirectory, name);
    await copyFile(path, place);
    if (identityOf(user).uid !== undefined) await chown(place, user.uid, user.gid);
  }
  await server().query('ALTER SYSTEM SET ssl = on');
  await server().query('SELECT pg_reload_conf()');
  const served = () => servedByPostgres(port(), never);
  await expect.poll(async () => (await served()).state).toBe('serves');
  for (let times = 0; times < 20; times += 1) await served();
  const { fingerprint256 } = new X509Certificate(await readFile(pair.certificate));
  expect(await served()).toMatchObject({
    certificate: { fingerprint: fingerprint256, names: ['orders.shop.svc'] },
  });
  const log = await server().serverLog();
  expect(log).toMatch(/connection received: host=127\.54\.32\.1|connection received: host=127\.0\.0\.1/);
  expect(log).not.toMatch(/could not|reset by peer|incomplete/);
});

it('a REST API without TLS is told from one that does not answer', async () => {
  const plain = createServer((_, response) => response.end('{}'));
  await new Promise<void>((resolve) => plain.listen(0, host, resolve));
  try {
    const address = { host, port: (plain.address() as AddressInfo).port };
    expect(await servedByTls(address, never)).toEqual({ state: 'plain', why: 'speaks no TLS' });
  } finally {
    plain.close();
  }
});

it('is given up when the agent is to stop', async () => {
  await expect(servedByPostgres(port(), AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
});
