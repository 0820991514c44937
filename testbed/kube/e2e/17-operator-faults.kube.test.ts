import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { killLeader, leadingPod, looksOf } from './operator/leader.ts';
import { minimalExample } from './operator/minimal-example.ts';
import { useOperator } from './operator/use-operator.ts';

const operator = useOperator({ namespace: 'killed', values: { replicas: 2 } });
const orders = () => operator().made('orders');

const kills = 5;
/** So long that five of them reach from the first object to the last pod, and so random that each step is hit some day. */
const longestPauseMs = 5_000;

const killAtRandomMoments = async (): Promise<void> => {
  const moments: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const pauseMs = Math.round(Math.random() * longestPauseMs);
    moments.push(pauseMs);
    await delay(pauseMs, undefined, { signal: operator().signal });
    await killLeader(operator());
  }
  process.stdout.write(`the leading operator was killed after ${moments.join(', ')} ms\n`);
};

const events = z.object({
  items: z.array(z.object({ involvedObject: z.object({ name: z.string(), uid: z.string().default('') }) })),
});

/** How many pods there were of each name: whatever happened to one, Kubernetes tells it with its uid. */
const made = async (): Promise<Readonly<Record<string, number>>> => {
  const selector = ['--field-selector', 'involvedObject.kind=Pod'];
  const found = await operator().kubectl(['get', 'events', ...selector, '-o', 'json']);
  const uids = new Map<string, Set<string>>();
  for (const { involvedObject } of events.parse(JSON.parse(found)).items) {
    const { name, uid } = involvedObject;
    if (/^orders-\d$/.test(name)) uids.set(name, (uids.get(name) ?? new Set()).add(uid));
  }
  return Object.fromEntries([...uids].map(([name, all]) => [name, all.size]));
};

const each = (times: number) => ({ 'orders-0': times, 'orders-1': times, 'orders-2': times });

it('O01: killed while it makes a cluster, it goes on, and makes everything once', async () => {
  await operator().apply(await minimalExample());
  await killAtRandomMoments();
  await orders().until('Ready', 'True');
  await orders().agentsReady(3);
  await orders().until('ConfigApplied', 'True');
  expect(await made()).toEqual(each(1));
  for (const { containers } of await orders().pods())
    for (const { name, restartCount } of Object.values(containers)) expect(restartCount, name).toBe(0);
  const kinds =
    'statefulset,service,configmap,secret,poddisruptionbudget,networkpolicy,role,rolebinding,serviceaccount';
  const objects = await operator().kubectl(['get', kinds, '-l', 'howdah.dev/cluster=orders', '-o', 'name']);
  expect(objects.trim().split('\n')).toEqual(
    expect.arrayContaining([
      'statefulset.apps/orders',
      ...['orders', 'orders-replica', 'orders-metrics', 'orders-config'].map((name) => `service/${name}`),
      ...['orders-patroni', 'orders-agents', 'orders-postgres'].map((name) => `configmap/${name}`),
      ...['superuser', 'replication', 'rest', 'user-app'].map((name) => `secret/orders-${name}`),
      'poddisruptionbudget.policy/orders',
      'networkpolicy.networking.k8s.io/orders',
    ]),
  );
}, 240_000);

it('O01: killed while it rolls, it goes on, and gives no member a second new pod', async () => {
  await operator().apply(
    await minimalExample({
      updates: { pods: 'automatic' },
      resources: { postgres: { requests: { cpu: '100m', memory: '260Mi' } } },
    }),
  );
  await killAtRandomMoments();
  await orders().waitFor(
    'the roll to end',
    async () => {
      const { Progressing } = await orders().conditions();
      return Progressing?.reason === 'Done' && Object.values(await made()).every((times) => times > 1);
    },
    180_000,
  );
  await orders().until('Ready', 'True');
  expect(await made()).toEqual(each(2));

  await killLeader(operator());
  const leader = await leadingPod(operator());
  await orders().waitFor('two looks of whoever leads then', async () => (await looksOf(leader, 'done')) >= 2);
  expect(await made()).toEqual(each(2));
}, 300_000);
