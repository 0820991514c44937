import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useOperator } from './operator/use-operator.ts';

const operator = useOperator({ namespace: 'volumes' });
const orders = () => operator().made('orders');
const kubectl = (args: readonly string[]) => operator().kubectl(args);

it('puts WAL and logs on volumes of their own, on the primary and on replicas', async () => {
  const size = { size: '1Gi' };
  await operator().apply({
    ...{ apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresCluster', metadata: { name: 'orders' } },
    spec: {
      ...{ postgres: { version: 17 }, instances: 2, deletionPolicy: 'Delete' },
      storage: { data: size, wal: size, logs: size },
    },
  });
  await orders().until('Ready', 'True', 180_000);
  for (const pod of await orders().pods()) {
    const inPod = (...args: string[]) => orders().exec(pod.name, 'postgres', args);
    const link = await inPod('readlink', '/var/lib/postgresql/data/pgdata/pg_wal');
    expect(link.trim()).toBe('/var/lib/postgresql/wal/pg_wal');
    const [row] = await orders().query<{ segments: number }>(
      pod,
      'SELECT count(*)::int AS segments FROM pg_ls_waldir()',
    );
    expect(row?.segments).toBeGreaterThan(0);
    expect(await inPod('ls', '/var/log/postgresql')).toContain('.csv');
  }
  const claims = await kubectl(['get', 'pvc', '-o', 'jsonpath={.items[*].metadata.name}']);
  expect(claims.split(' ').toSorted()).toEqual([
    ...['data-orders-0', 'data-orders-1', 'logs-orders-0', 'logs-orders-1'],
    ...['wal-orders-0', 'wal-orders-1'],
  ]);
});

it('changes nothing while it is paused, says so, and goes on afterwards', async () => {
  const files = () => kubectl(['get', 'configmap', 'orders-postgres', '-o', 'jsonpath={.data}']);
  const pause = (value: string) => kubectl(['annotate', 'pgc', 'orders', `howdah.dev/paused${value}`]);
  await pause('=maintenance');
  const before = await files();
  const patch = JSON.stringify({ spec: { postgres: { parameters: { work_mem: '21MB' } } } });
  await kubectl(['patch', 'pgc', 'orders', '--type=merge', '-p', patch]);
  const told = await orders().until('Progressing', 'False');
  expect(told.reason).toBe('Paused');
  // Unpaused, it takes a second.
  await delay(5_000);
  expect(await files()).toBe(before);
  await pause('-');
  await orders().until('ConfigApplied', 'True');
  const [row] = await orders().query(await orders().primary(), 'SHOW work_mem');
  expect(row).toEqual({ work_mem: '21MB' });
});

it('takes the volumes with the cluster where the spec says Delete', async () => {
  await kubectl(['delete', 'pgc', 'orders', '--wait', '--timeout=60s']);
  await orders().waitFor(
    'no volume of the cluster to be left',
    async () => ((await kubectl(['get', 'pvc', '-o', 'name'])).trim() === '' ? true : undefined),
    120_000,
  );
});
