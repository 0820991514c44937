import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Connection, Question } from '@howdah/kube/connection';
import { createLogger } from '@howdah/runtime/logger';
import { fakeClock } from '@howdah/testing/fake-clock';
import { Registry } from 'prom-client';
import { expect, it, vi } from 'vitest';
import { createHttp } from './http.ts';
import { createMetrics } from './metrics.ts';
import { Operator } from './operator.ts';

/** With an API server that answers each question so. */
const operatorWith = (send: Connection['send']) => {
  const clock = fakeClock();
  const operator = new Operator({
    ...{ connection: { send, close: () => undefined, namespace: 'default' } },
    ...{ clock, metrics: createMetrics(new Registry()) },
    logger: createLogger('test', { level: 'silent' }),
    environment: {
      ...{ identity: 'one', namespace: 'howdah', watchNamespace: undefined, logLevel: 'info' },
      images: { agent: 'agent', postgres: {}, pullPolicy: 'Never' },
      http: { host: '127.0.0.1', port: 1 },
    },
  });
  return { operator, clock };
};

const answer = (body: object, statusCode = 200): IncomingMessage =>
  Object.assign(Readable.from([Buffer.from(JSON.stringify(body))]), {
    ...{ statusCode, headers: {} },
  }) as unknown as IncomingMessage;

it('is neither stuck nor ready while the API server is away: a restart would not help', async () => {
  const { operator, clock } = operatorWith(() => Promise.reject(new Error('refused')));
  const stop = new AbortController();
  const running = operator.run(stop.signal);
  await clock.advance(3_600_000);
  expect(operator.stuck()).toBeUndefined();
  expect(operator.waitsFor()).toBe('the lease');
  stop.abort();
  await running;
});

it('is ready while it stands by: it has seen who leads, and could follow', async () => {
  const { operator, clock } = operatorWith(async () =>
    answer({
      ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'howdah-operator' } },
      spec: { holderIdentity: 'another' },
    }),
  );
  expect(operator.waitsFor()).toBe('the lease');
  const stop = new AbortController();
  const running = operator.run(stop.signal);
  await vi.waitFor(() => expect(operator.waitsFor()).toBeUndefined());
  await clock.advance(10_000);
  expect([operator.waitsFor(), operator.stuck()]).toEqual([undefined, undefined]);
  stop.abort();
  await running;
});

const clusterNamed = (name: string) => ({
  apiVersion: 'howdah.dev/v1alpha1',
  kind: 'PostgresCluster',
  metadata: { name, namespace: 'shop', uid: `uid-of-${name}`, generation: 1, resourceVersion: '1' },
  spec: { postgres: { version: 17 }, storage: { data: { size: '1Gi' } } },
});
const never = () => new Promise<IncomingMessage>(() => undefined);

/** An API server of two clusters without a storage class, which stops answering in the middle of one’s look. */
const hangsAt = async (name: string, { method, path, query, body }: Question): Promise<IncomingMessage> => {
  if (query?.watch === 'true' || path.includes(`/postgresclusters/${name}/`)) return never();
  if (path.endsWith('/leases/howdah-operator') || path.includes('/secrets/'))
    return answer({ kind: 'Status', message: 'none' }, 404);
  if (method !== 'GET') return answer(body as object);
  const items = path.endsWith('/postgresclusters') ? ['well', 'hangs'].map(clusterNamed) : [];
  return answer({ metadata: { resourceVersion: '1' }, items });
};

it('is unhealthy when the look at one of several clusters does not come to an end', async () => {
  const { operator, clock } = operatorWith((question) => hangsAt('hangs', question));
  const registry = new Registry();
  const http = createHttp({ registry, stuck: () => operator.stuck(), waitsFor: () => operator.waitsFor() });
  const healthz = async () => {
    const { statusCode, body } = await http.inject('/healthz');
    return [statusCode, body];
  };
  const stop = new AbortController();
  void operator.run(stop.signal);
  await vi.waitFor(async () => {
    await clock.advance(1_000);
    expect(operator.waitsFor()).toBeUndefined();
  });
  await clock.advance(300_000);
  expect(await healthz()).toEqual([200, expect.anything()]);
  await clock.advance(400_000);
  const [statusCode, body] = await healthz();
  expect(statusCode).toBe(503);
  expect(body).toMatch(/the look at shop\/hangs has not come to an end for \d+ s/);
  stop.abort();
});

it('is healthy for as long as both looks come to their end', async () => {
  const { operator, clock } = operatorWith((question) => hangsAt('nobody', question));
  const stop = new AbortController();
  void operator.run(stop.signal);
  for (let minutes = 0; minutes < 20; minutes += 1) await clock.advance(60_000);
  expect([operator.waitsFor(), operator.stuck()]).toEqual([undefined, undefined]);
  stop.abort();
});
