import type { Connection } from '@howdah/kube/connection';
import { createLogger } from '@howdah/runtime/logger';
import { fakeClock } from '@howdah/testing/fake-clock';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';
import { Operator } from './operator.ts';

it('is not stuck while it stands by, nor while the API server is away: a restart would not help', async () => {
  const clock = fakeClock();
  const connection: Connection = {
    send: () => Promise.reject(new Error('refused')),
    close: () => undefined,
    namespace: 'default',
  };
  const operator = new Operator({
    ...{ connection, clock, metrics: createMetrics(new Registry()) },
    logger: createLogger('test', { level: 'silent' }),
    environment: {
      ...{ identity: 'one', namespace: 'howdah', watchNamespace: undefined, logLevel: 'info' },
      images: { agent: 'agent', postgres: {}, pullPolicy: 'Never' },
      http: { host: '127.0.0.1', port: 1 },
    },
  });
  const stop = new AbortController();
  const running = operator.run(stop.signal);
  await clock.advance(3_600_000);
  expect(operator.stuck()).toBeUndefined();
  expect(operator.waitsFor()).toBe('the lease');
  stop.abort();
  await running;
});
