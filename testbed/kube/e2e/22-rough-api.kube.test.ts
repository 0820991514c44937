import { systemClock } from '@howdah/core/clock';
import { connectKube } from '@howdah/kube/connection';
import { createMetrics } from '@howdah/operator/metrics';
import { Operator } from '@howdah/operator/operator';
import { createLogger } from '@howdah/runtime/logger';
import { createRegistry } from '@howdah/runtime/metrics';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { minimalExample } from './operator/minimal-example.ts';
import { useOperator } from './operator/use-operator.ts';
import { type RoughConnection, roughConnection } from './trouble/rough-connection.ts';

const namespace = 'rough';
/** Installed, with its rights, and run here instead: so that what it hears can be spoilt. */
const installed = useOperator({ namespace });
const orders = () => installed().made('orders');

const over = new AbortController();
let running: Promise<void> | undefined;
let connection: RoughConnection;

beforeAll(async () => {
  await installed().kubectl(['scale', 'deployment/howdah-operator', '--replicas=0']);
  process.env.KUBECONFIG = installed().cluster.kubeconfig;
  connection = roughConnection(connectKube());
  const operator = new Operator({
    ...{ connection, clock: systemClock, metrics: createMetrics(createRegistry()) },
    logger: createLogger('operator', { level: 'error' }),
    environment: {
      ...{ identity: 'here', namespace, watchNamespace: namespace, logLevel: 'error' },
      images: {
        agent: 'docker.io/howdah/agent:dev',
        postgres: { 17: 'docker.io/howdah/postgres:dev' },
        pullPolicy: 'IfNotPresent',
      },
      http: { host: '127.0.0.1', port: 1 },
    },
  });
  running = operator.run(over.signal);
});
afterAll(async () => {
  over.abort();
  await running;
  connection?.close();
});

const perSecond = async (ms: number): Promise<number> => {
  const [from, sinceMs] = [connection.asked(), performance.now()];
  await waitFor('some time to pass', async () => performance.now() - sinceMs > ms, {
    ...{ deadlineMs: 2 * ms, signal: installed().signal },
  });
  return ((connection.asked() - from) / (performance.now() - sinceMs)) * 1_000;
};

it('O02: with conflicts, refusals and watches that end, a cluster is made and edited as on a good day', async () => {
  await installed().apply(await minimalExample());
  await orders().until('Ready', 'True', 180_000);
  await installed().apply(
    await minimalExample({ postgres: { version: 17, parameters: { work_mem: '17MB' } } }),
  );
  await orders().waitFor(
    'the edit to be in force on every member',
    async () => {
      const pods = await orders().pods();
      const shown = pods.map((pod) => orders().query<{ work_mem: string }>(pod, 'SHOW work_mem'));
      return (await Promise.all(shown)).every(([row]) => row?.work_mem === '17MB');
    },
    120_000,
  );
  for (const { containers } of await orders().pods())
    for (const { name, restartCount } of Object.values(containers)) expect(restartCount, name).toBe(0);
  const { conflicts, tooMany, expired, brokenOff } = connection.seen();
  for (const times of [conflicts, tooMany, expired, brokenOff]) expect(times).toBeGreaterThan(0);
}, 360_000);

it('O02: and nobody is in haste', async () => {
  const rate = await perSecond(20_000);
  process.stdout.write(`${rate.toFixed(1)} questions a second while watches end within seconds\n`);
  // A dozen watches that are begun anew each two seconds, a list for some, a look now and then.
  expect(rate).toBeLessThan(30);
}, 60_000);
