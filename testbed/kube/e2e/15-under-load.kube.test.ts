import { afterAll, beforeAll, expect, it } from 'vitest';
import { applicationLogin, asApplication, serviceAddress } from './operator/application.ts';
import { minimalExample } from './operator/minimal-example.ts';
import { useOperator } from './operator/use-operator.ts';
import { type Stretch, startWriteLoad, type WriteLoad, writtenTable } from './trouble/write-load.ts';

const operator = useOperator({ namespace: 'under-load' });
const orders = () => operator().made('orders');
const applyWith = async (spec: object) =>
  operator().apply(await minimalExample({ updates: { pods: 'automatic' }, ...spec }));

let load: WriteLoad;
beforeAll(async () => {
  await applyWith({});
  await orders().until('Ready', 'True');
  const host = await serviceAddress(operator(), 'orders');
  await orders().waitFor('the application to be let in', async () => {
    await asApplication(operator(), host, writtenTable);
    return true;
  });
  load = startWriteLoad({ host, ...(await applicationLogin(operator())) });
}, 200_000);
afterAll(async () => load?.[Symbol.asyncDispose]());

const uids = async (): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries((await orders().pods()).map(({ name, uid }) => [name, uid]));

/** Waits until clients write again as before; gives what they saw, and prints it. */
const seenOf = async (what: string): Promise<Stretch> => {
  const from = load.acknowledged().length;
  await orders().waitFor('200 more commits', async () => load.acknowledged().length >= from + 200);
  const seen = load.stretch();
  const { committed, failed, refused, outageMs } = seen;
  process.stdout.write(
    `${what}: ${committed} committed, ${failed} failed, ${refused} refused, none for ${(outageMs / 1_000).toFixed(1)} s\n`,
  );
  return seen;
};

/** Acknowledged numbers that the primary does not have. */
const lost = async (): Promise<readonly object[]> => {
  const { address } = await orders().primary();
  const sql = 'SELECT number FROM unnest($1::bigint[]) AS number EXCEPT SELECT number FROM written';
  return asApplication(operator(), address, sql, [[...load.acknowledged()]]);
};

/** Of the leader's key. A primary that gives its role over gives the key up, so nobody waits for it to run out. */
const ttlMs = 20_000;
/** A primary that is gone: its key runs out, the others look each 5 s (loop_wait), promote, and clients get in. */
const failoverMs = ttlMs + 5_000 + 10_000;

it('rolls replicas, then the primary, to other resources: no commit is lost, and no failover waited for', async () => {
  const before = await uids();
  const primary = await orders().primary();
  load.stretch();
  await applyWith({ resources: { postgres: { requests: { cpu: '100m', memory: '260Mi' } } } });
  await orders().waitFor(
    'a new pod for every member',
    async () => {
      const now = await uids();
      return Object.keys(before).every((name) => now[name] !== undefined && now[name] !== before[name]);
    },
    180_000,
  );
  await orders().until('Ready', 'True');
  const byAge = await orders().kubectl([
    ...['get', 'pods', '-l', 'howdah.dev/cluster=orders', '--sort-by=.metadata.creationTimestamp'],
    ...['-o', 'jsonpath={range .items[*]}{.metadata.name} {end}'],
  ]);
  expect(byAge.trim().split(' ').at(-1)).toBe(primary.name);

  const { outageMs } = await seenOf('a roll of three');
  expect(await lost()).toEqual([]);
  expect(outageMs).toBeLessThan(ttlMs);
}, 240_000);

it('switches over by an action: no commit is lost, and no failover waited for', async () => {
  const before = await orders().primary();
  load.stretch();
  await operator().apply({
    ...{ apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresAction', metadata: { name: 'move' } },
    spec: { cluster: 'orders', type: 'switchover' },
  });
  await orders().waitFor('another primary', async () => (await orders().primary()).name !== before.name);
  await orders().until('Ready', 'True');

  const { outageMs } = await seenOf('a switchover');
  expect(await lost()).toEqual([]);
  expect(outageMs).toBeLessThan(ttlMs);
}, 120_000);

it('replicates synchronously, live, and then loses no commit when the primary’s pod is taken away by force', async () => {
  await applyWith({
    resources: { postgres: { requests: { cpu: '100m', memory: '260Mi' } } },
    replication: { mode: 'synchronous' },
  });
  await orders().waitFor('a synchronous replica', async () => {
    const sql = `SELECT FROM pg_stat_replication WHERE sync_state = 'sync'`;
    return (await orders().query(await orders().primary(), sql)).length > 0;
  });
  load.stretch();
  const { name, uid } = await orders().primary();
  await orders().kubectl(['delete', 'pod', name, '--grace-period=0', '--force']);
  await orders().waitFor(
    'another pod in its place',
    async () => ![undefined, uid].includes((await uids())[name]),
  );
  await orders().until('Ready', 'True');

  const { outageMs } = await seenOf('a primary taken away');
  expect(await lost()).toEqual([]);
  expect(outageMs).toBeLessThan(failoverMs);
}, 180_000);
