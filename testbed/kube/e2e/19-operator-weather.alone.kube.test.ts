import { setTimeout as delay } from 'node:timers/promises';
import { soakMinutes } from '@howdah/testbed-tools/soak-minutes';
import { beforeAll, expect, it } from 'vitest';
import { leadingPod, looksOf, watchFailuresOf } from './operator/leader.ts';
import { minimalExample } from './operator/minimal-example.ts';
import { useOperator } from './operator/use-operator.ts';

const operator = useOperator({ namespace: 'weather' });
const orders = () => operator().made('orders');

beforeAll(async () => {
  await operator().apply(await minimalExample());
  await orders().until('Ready', 'True');
}, 200_000);

const patch = (parameter: string) =>
  operator().kubectl([
    ...['patch', 'pgc', 'orders', '--type=merge', '-p'],
    JSON.stringify({ spec: { postgres: { parameters: { work_mem: parameter } } } }),
  ]);
/** The kubelet finds its way back to an API server within half a minute, and looks at mounts once a minute. */
const inForce = (parameter: string) =>
  orders().waitFor(
    `work_mem = ${parameter} on every member`,
    async () => {
      const rows = (await orders().pods()).map((pod) =>
        orders().query<{ work_mem: string }>(pod, 'SHOW work_mem'),
      );
      return (await Promise.all(rows)).every(([row]) => row?.work_mem === parameter);
    },
    180_000,
  );

it('O08: an evicted primary is replaced, one at a time, and everybody is ready again', async () => {
  const { name, uid } = await orders().primary();
  const evict = (pod: string) =>
    operator().kubectl(['create', '--raw', `/api/v1/namespaces/weather/pods/${pod}/eviction`, '-f', '-'], {
      input: JSON.stringify({
        ...{ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace: 'weather' } },
      }),
    });
  await evict(name);
  const other = name === 'orders-0' ? 'orders-1' : 'orders-0';
  await expect(evict(other)).rejects.toThrow(/disruption budget/);
  await orders().waitFor(
    'another pod in its place',
    async () => {
      const pod = (await orders().pods()).find((one) => one.name === name);
      return pod !== undefined && pod.uid !== uid && pod.containers.postgres?.ready === true;
    },
    90_000,
  );
  await orders().until('Ready', 'True');
}, 180_000);

it('O08: while the kubelet is away everything runs on, and what was changed meanwhile arrives', async () => {
  const before = (await orders().pods()).map(({ uid }) => uid);
  const kubelet = operator().cluster.part('kubelet');
  await kubelet.kill(operator().signal);
  try {
    await patch('17MB');
    for (const pod of await orders().pods()) await orders().query(pod, 'SELECT');
  } finally {
    await kubelet.start(operator().signal);
  }
  await inForce('17MB');
  await orders().until('Ready', 'True');
  expect((await orders().pods()).map(({ uid }) => uid)).toEqual(before);
}, 300_000);

/** Longer than the lease, which the operator then no longer holds, and than Patroni's ttl. */
const awayMs = soakMinutes(0.5) * 60_000;
const silentMs = 20_000;

it(
  'O02: an API server that is away, and then silent, is waited for without haste, and costs no primary',
  async () => {
    const before = (await orders().pods()).map(({ uid }) => uid);
    const leader = await leadingPod(operator());
    const looks = async () => (await looksOf(leader, 'done')) + (await looksOf(leader, 'failed'));
    const apiServer = operator().cluster.part('kube-apiserver');
    const [from, brokenOff] = [await looks(), await watchFailuresOf(leader)];
    // A server that is demoted ends its sessions, and this one with them.
    const session = await orders().connect(await orders().primary());
    await apiServer.kill(operator().signal);
    try {
      await delay(awayMs);
      // One each second would be haste: a cluster that rests is looked at four times a minute.
      expect((await looks()) - from).toBeLessThan(awayMs / 1_000);
      // Sixteen kinds are watched until the lease is lost, and each is begun anew less and less often.
      expect((await watchFailuresOf(leader)) - brokenOff).toBeLessThan(16 * 8);
      const { rows } = await session.query('SELECT pg_is_in_recovery() AS demoted');
      expect(rows).toEqual([{ demoted: false }]);
    } finally {
      await session.end();
      await apiServer.start(operator().signal);
    }
    await patch('18MB');
    await inForce('18MB');
    await apiServer.freeze(operator().signal);
    try {
      await delay(silentMs);
    } finally {
      await apiServer.thaw(operator().signal);
    }
    await patch('19MB');
    await inForce('19MB');
    await orders().until('Ready', 'True');
    expect((await orders().pods()).map(({ uid }) => uid)).toEqual(before);
  },
  500_000 + awayMs,
);
