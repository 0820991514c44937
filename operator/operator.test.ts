import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Connection } from '@howdah/kube/connection';
import { createLogger } from '@howdah/runtime/logger';
import { fakeClock } from '@howdah/testing/fake-clock';
import { Registry } from 'prom-client';
import { expect, it, vi } from 'vitest';
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

const answer = (body: object): IncomingMessage =>
  Object.assign(Readable.from([Buffer.from(JSON.stringify(body))]), {
    ...{ statusCode: 200, headers: {} },
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
