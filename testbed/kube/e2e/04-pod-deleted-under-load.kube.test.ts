import type { StoredRecord } from '@howdah/audit-upload/testing/read-store';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { beforeAll, expect, it } from 'vitest';
import { chainOf, expectAuditWhole, expectMarks, smallSegments } from './oracles/expect-audit-whole.ts';
import { expectExactCounts } from './oracles/expect-exact-counts.ts';
import type { Pod } from './patroni/pods.ts';
import { usePatroni } from './patroni/use-patroni.ts';
import { type LogLoad, prepareLoad, startLoad } from './trouble/log-load.ts';

const patroni = usePatroni({ namespace: 'pod-deleted', values: smallSegments });
beforeAll(() => prepareLoad(patroni()), 60_000);

/** Deletes a pod as `kubectl delete` does, and waits until another of its name is ready, its agents too. */
const deletePod = async ({ name, uid }: Pod): Promise<Pod> => {
  await patroni().kubectl(['delete', 'pod', name, '--timeout=150s'], { timeoutMs: 160_000 });
  await patroni().rolledOut();
  await patroni().agentsReady();
  const again = await patroni().pod(name);
  expect(again.uid).not.toBe(uid);
  return again;
};

const busy = (load: LogLoad, by: number) => {
  const from = load.answered();
  return waitFor(`${by} more statements`, async () => load.answered() >= from + by, {
    ...{ deadlineMs: 60_000, signal: patroni().signal, explain: patroni().lastWords },
  });
};

/** For each member; gives all records of the bucket. */
const expectAllWhole = async (): Promise<readonly StoredRecord[]> => {
  const records: StoredRecord[] = [];
  for (const pod of await patroni().pods()) {
    await expectExactCounts(patroni(), pod);
    records.push(...(await expectAuditWhole(patroni(), pod)));
  }
  return records;
};

it('the primary’s pod deleted under load: another takes over, every count is exact, every audit record in the bucket once', async () => {
  const first = await patroni().primary();
  const chain = await chainOf(patroni(), first);
  await using load = startLoad('primary', () => patroni().primary(), { writes: true });
  await busy(load, 1_000);

  const again = await deletePod(first);
  await busy(load, 500);
  await load.stop();

  expect((await patroni().primary()).name).not.toBe(first.name);
  expect(await chainOf(patroni(), again)).toBe(chain);
  expectMarks(load.marks(), await expectAllWhole());
}, 400_000);

it('a replica’s pod deleted while it is read: every count is exact, every audit record in the bucket once', async () => {
  const primary = await patroni().primary();
  const replica = (await patroni().pods()).find(({ name }) => name !== primary.name);
  if (replica === undefined) throw new Error('there is no replica');
  const chain = await chainOf(patroni(), replica);
  await using load = startLoad('replica', () => patroni().pod(replica.name), { writes: false });
  await busy(load, 1_000);

  const again = await deletePod(replica);
  await busy(load, 500);
  await load.stop();

  expect((await patroni().primary()).uid).toBe(primary.uid);
  expect(await chainOf(patroni(), again)).toBe(chain);
  expectMarks(load.marks(), await expectAllWhole());
}, 400_000);
