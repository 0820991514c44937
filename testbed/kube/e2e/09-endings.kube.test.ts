import { auditRecordsIn } from '@howdah/audit-upload/testing/log-writer';
import { placesOf, type StoredRecord } from '@howdah/audit-upload/testing/read-store';
import { nodeAddress } from '@howdah/testbed-kube/addresses';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectAuditWhole } from './oracles/expect-audit-whole.ts';
import { applyExample } from './patroni/apply-example.ts';
import { usePatroni } from './patroni/use-patroni.ts';
import {
  bucketRecords,
  countsOf,
  endedCounts,
  endedLogs,
  endPod,
  shippedMessages,
  startPod,
  waitingRecords,
} from './trouble/ended-pod.ts';
import { byRoad, storeRoad } from './trouble/store-road.ts';

const roadPort = 17_090;
const road = storeRoad(roadPort);
beforeAll(() => road.open());
afterAll(() => road.close());

const { values: byTheRoad, patches } = byRoad(roadPort);
const shipped = 'records.jsonl';
const exampleWith = (nativeSidecar: boolean) => ({
  members: 1,
  values: [
    byTheRoad,
    {
      nativeSidecar,
      agents: {
        // Nothing but the end of the pod seals one of these segments.
        'audit-upload': { segment: { maxAgeSeconds: 86_400 } },
        logship: { sinks: [{ id: 'records', file: { path: `/var/lib/howdah/${shipped}` } }] },
      },
    },
  ],
  patches,
  // The road is for audit segments: how long PostgreSQL waits for its archive at its end is none of the agents' matter.
  pgbackrest: { 'repo1-s3-endpoint': nodeAddress },
});

const patroni = usePatroni({ namespace: 'endings', ...exampleWith(true) });

/** Audited statements of the last second before the end. */
const lastWords = async (round: string): Promise<readonly string[]> => {
  const marks = Array.from({ length: 20 }, (_, n) => `mark-${round}-${n}`);
  const client = await patroni().connect(await patroni().primary());
  try {
    for (const mark of marks) await client.query(`CREATE TABLE "${mark}" ()`);
  } finally {
    await client.end();
  }
  return marks;
};

const marksIn = (records: readonly StoredRecord[], marks: readonly string[]): readonly string[] =>
  marks.filter((mark) => records.some(({ audit }) => audit?.statement?.includes(`"${mark}"`)));

describe.each([
  { form: 'a native sidecar', nativeSidecar: true, name: 'native' },
  { form: 'an ordinary container', nativeSidecar: false, name: 'ordinary' },
])('at the end of its pod $form', ({ nativeSidecar, name }) => {
  beforeAll(async () => {
    await applyExample(patroni(), exampleWith(nativeSidecar));
  });
  beforeEach(async () => {
    await road.open();
    await startPod(patroni());
    await patroni().agentsReady();
  }, 300_000);

  it('has counted PostgreSQL’s last record, and its audit records are all in the bucket when the pod is gone', async () => {
    const marks = await lastWords(`${name}-there`);
    await endPod(patroni());

    const logs = await endedLogs(patroni());
    const inBucket = await bucketRecords(patroni());
    const inLogs = Object.values(logs).flatMap(auditRecordsIn);
    expect([...placesOf(inBucket)].sort()).toEqual(inLogs.sort());
    expect(marksIn(inBucket, marks)).toEqual(marks);

    expect(await endedCounts(patroni())).toEqual(countsOf(logs));
    expect((await shippedMessages(patroni(), shipped)).at(-1)).toBe('database system is shut down');
  });

  it('leaves what the store did not take in the state volume, from where it goes out at the next start', async () => {
    await road.close();
    const marks = await lastWords(`${name}-away`);
    await endPod(patroni());

    expect(marksIn(await bucketRecords(patroni()), marks)).toEqual([]);
    expect(marksIn(await waitingRecords(patroni()), marks)).toEqual(marks);
    expect(await endedCounts(patroni())).toEqual(countsOf(await endedLogs(patroni())));
    expect((await shippedMessages(patroni(), shipped)).at(-1)).toBe('database system is shut down');

    await road.open();
    await startPod(patroni());
    const pod = await patroni().pod('patroni-0');
    expect(marksIn(await expectAuditWhole(patroni(), pod), marks)).toEqual(marks);
    expect(await waitingRecords(patroni())).toEqual([]);
  });
});
