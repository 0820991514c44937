import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, type KeyPair } from '@howdah/testbed-tools/certificates';
import { getText } from '@howdah/testbed-tools/http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { servedByPatroni, servedByPostgres } from './operator/served-certificate.ts';
import { useOperator } from './operator/use-operator.ts';

const namespace = 'secured';
const operator = useOperator({ namespace });
const orders = () => operator().made('orders');

let directory: string;
let authority: Authority;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'howdah-tls-'));
  authority = await Authority.create(directory);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const issue = (name: string): Promise<KeyPair> =>
  authority.issue({ name, commonName: 'orders', alternatives: [`DNS:orders.${namespace}.svc`] });

/** As cert-manager writes it. */
const applySecret = async (certificate: string, key: string) =>
  operator().apply({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'orders-tls' }, type: 'kubernetes.io/tls' },
    stringData: {
      'tls.crt': await readFile(certificate, 'utf8'),
      'tls.key': await readFile(key, 'utf8'),
      'ca.crt': await readFile(authority.certificate, 'utf8'),
    },
  });

const applyCluster = (tls: object | undefined, updates: object = { pods: 'automatic' }) =>
  operator().apply({
    ...{ apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresCluster', metadata: { name: 'orders' } },
    spec: {
      ...{ postgres: { version: 17 }, storage: { data: { size: '1Gi' } }, updates },
      ...(tls === undefined ? {} : { tls }),
    },
  });

const fingerprintOf = async ({ certificate }: KeyPair) =>
  new X509Certificate(await readFile(certificate)).fingerprint256;

/** What the application knows, of its Secret. */
const login = async () => {
  const { data } = JSON.parse(
    await operator().kubectl(['get', 'secret', 'orders-user-app', '-o', 'json']),
  ) as { data: Record<string, string> };
  const value = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString();
  return {
    ...{ user: value('user'), password: value('password'), database: value('dbname') },
    ...{ host: value('host'), ca: value('ca.crt'), uri: value('uri') },
  };
};

/** When each member's PostgreSQL was started, by pod. */
const starts = async () => {
  const rows = (await orders().pods()).map(async (pod) => {
    const [row] = await orders().query<{ at: Date }>(pod, 'SELECT pg_postmaster_start_time() AS at');
    return `${pod.uid} ${row?.at.toISOString()}`;
  });
  return Promise.all(rows);
};

/** Waits until every member serves this certificate at both ports, to an application that checks it. */
const isServed = async (pair: KeyPair) => {
  const expected = await fingerprintOf(pair);
  await orders().waitFor(
    'every member to serve the certificate',
    async () => {
      const known = await login();
      const pods = await orders().pods();
      const served = await Promise.all(
        pods.flatMap((pod) => [servedByPatroni(pod), servedByPostgres(pod, known)]),
      );
      return served.length === 6 && served.every((each) => each === expected) ? true : undefined;
    },
    180_000,
  );
};

it('makes nothing without the Secret, nor with a key of another certificate', async () => {
  await applyCluster({ secretName: 'orders-tls' });
  const missing = await orders().until('Ready', 'False');
  expect(missing.message).toBe(
    `spec.tls.secretName: there is no Secret orders-tls in ${namespace}; make it, with tls.crt, tls.key`,
  );
  const [first, other] = [await issue('first'), await issue('other')];
  await applySecret(first.certificate, other.key);
  await orders().waitFor(
    'the operator to see the wrong key',
    async () => (await orders().conditions()).Ready?.message.includes('the key is not the certificate’s'),
    40_000,
  );
  expect(await orders().pods()).toEqual([]);
});

it('speaks TLS to applications and to the operator, with a name and an authority that they check', async () => {
  const { certificate, key } = authority.pair('first');
  await applySecret(certificate, key);
  await orders().until('Ready', 'True', 180_000);
  await isServed(authority.pair('first'));
  expect((await login()).uri).toMatch(/\?sslmode=require$/);
  const [pod] = await orders().pods();
  await expect(getText(`http://${pod?.address}:8008/patroni`, AbortSignal.timeout(5_000))).rejects.toThrow();
  await orders().agentsReady(3);
  const streams = await orders().query(
    await orders().primary(),
    'SELECT ssl FROM pg_stat_replication JOIN pg_stat_ssl USING (pid)',
  );
  expect(streams).toEqual([{ ssl: true }, { ssl: true }]);
  await orders().until('Degraded', 'False', 60_000);
});

it('takes a renewed certificate into force on every member without a restart, and no operator', async () => {
  const before = await starts();
  await operator().kubectl(['scale', 'deployment/howdah-operator', '--replicas=0']);
  const renewed = await issue('renewed');
  const applied = performance.now();
  await applySecret(renewed.certificate, renewed.key);
  await isServed(renewed);
  process.stdout.write(
    `renewed on every member after ${((performance.now() - applied) / 1_000).toFixed(0)} s\n`,
  );
  expect(await starts()).toEqual(before);
  await operator().kubectl(['scale', 'deployment/howdah-operator', '--replicas=1']);
});

it('leaves the certificate in force when the Secret gets a wrong key, and says so', async () => {
  const [pair, other] = [await issue('third'), authority.pair('first')];
  await applySecret(pair.certificate, other.key);
  await orders().waitFor(
    'both the operator and an agent to say so',
    async () => {
      const { ConfigApplied } = await orders().conditions();
      const [pod] = await orders().pods();
      const detail = pod && (await orders().status(pod)).agents['config-reload']?.detail;
      return (
        ConfigApplied?.message.includes('the key is not the certificate’s') &&
        detail?.certificate?.problem !== undefined
      );
    },
    180_000,
  );
  await isServed(authority.pair('renewed'));
  await applySecret(authority.pair('renewed').certificate, authority.pair('renewed').key);
  await orders().until('ConfigApplied', 'True');
});

const speakTls = async () => {
  const plain = (await orders().pods()).map(({ address }) =>
    getText(`http://${address}:8008/patroni`, AbortSignal.timeout(2_000)).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(plain)).filter((each) => !each).length;
};
const untilSpeakTls = (count: number) =>
  orders().waitFor(
    `${count} members to speak TLS`,
    async () => ((await speakTls()) === count && (await orders().pods()).length === 3 ? true : undefined),
    240_000,
  );

it('gives TLS up on replicas, reaches the primary with new settings all the while, and ends when asked', async () => {
  await orders().query(await orders().primary(), 'CREATE TABLE kept AS SELECT 1 AS one');
  await applyCluster(undefined, {});
  await untilSpeakTls(1);
  await orders().until('RestartPending', 'True');
  const patch = JSON.stringify({ spec: { exporter: { intervalSeconds: 7 } } });
  await operator().kubectl(['patch', 'pgc', 'orders', '--type=merge', '-p', patch]);
  await orders().until('ConfigApplied', 'True');
  await operator().apply({
    ...{ apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresAction', metadata: { name: 'roll' } },
    spec: { cluster: 'orders', type: 'restart' },
  });
  await untilSpeakTls(0);
}, 400_000);

it('gets TLS back by new pods, one after the other, with its data', async () => {
  await applyCluster({ secretName: 'orders-tls' });
  await untilSpeakTls(3);
  await orders().until('Progressing', 'False', 60_000);
  await orders().until('Ready', 'True');
  const rows = await orders().query(await orders().primary(), 'SELECT one FROM kept');
  expect(rows).toEqual([{ one: 1 }]);
  await isServed(authority.pair('renewed'));
}, 400_000);
