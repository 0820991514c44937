import { auditRecordsIn } from '@howdah/audit-upload/testing/log-writer';
import { placesOf, type StoredRecord } from '@howdah/audit-upload/testing/read-store';
import { nodeAddress, storePorts } from '@howdah/testbed-kube/addresses';
import { isAlive } from '@howdah/testbed-tools/process/proc';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectAuditWhole } from './oracles/expect-audit-whole.ts';
import { applyExample } from './patroni/apply-example.ts';
import { suitePort } from './patroni/members.ts';
import type { Pod } from './patroni/pods.ts';
import { auditUploadPort, separatePorts } from './patroni/separate-ports.ts';
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
import { signalPatroni } from './trouble/hold-patroni.ts';
import { firstProcess } from './trouble/kill-container.ts';
import { byRoad, storeRoad } from './trouble/store-road.ts';

const roadPort = 17_090;
const road = storeRoad(roadPort);
beforeAll(() => road.open());
afterAll(() => road.close());

const { storePort, patches } = byRoad(roadPort);
const shipped = 'records.jsonl';

interface Form {
  readonly layout: 'suite' | 'separate';
  readonly nativeSidecar: boolean;
}
/** The least that the chart takes, since half of the grace period is waited for below. */
const graceSeconds = 35;
const exampleWith = ({ layout, nativeSidecar }: Form) => ({
  members: 1,
  values: [
    {
      ...{ layout, nativeSidecar },
      statefulSet: { patroniStopSeconds: graceSeconds - 30 },
      agents: {
        // Nothing but the end of the pod seals one of these segments.
        'audit-upload': { segment: { maxAgeSeconds: 86_400 } },
        logship: { sinks: [{ id: 'records', file: { path: `/var/lib/howdah/${shipped}` } }] },
      },
    },
  ],
  ...{ storePort, patches },
  // The road is for the agents: how long PostgreSQL waits for its archive at its end is none of the agents' matter.
  pgbackrest: { 'repo1-s3-endpoint': nodeAddress, 'repo1-storage-port': String(storePorts.s3) },
});

const patroni = usePatroni({
  namespace: 'endings',
  ...exampleWith({ layout: 'suite', nativeSidecar: true }),
});

/** Audited statements of the last second before the end. */
const lastWords = async (round: string, pod?: Pod): Promise<readonly string[]> => {
  const marks = Array.from({ length: 20 }, (_, n) => `mark-${round}-${n}`);
  const client = await patroni().connect(pod ?? (await patroni().primary()));
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
  { form: 'the suite as a native sidecar', layout: 'suite', nativeSidecar: true, name: 'native' },
  { form: 'the suite as an ordinary container', layout: 'suite', nativeSidecar: false, name: 'ordinary' },
  { form: 'five native sidecars', layout: 'separate', nativeSidecar: true, name: 'natives' },
  { form: 'five ordinary containers', layout: 'separate', nativeSidecar: false, name: 'ordinaries' },
] as const)('at the end of its pod $form', ({ layout, nativeSidecar, name }) => {
  const ports = layout === 'suite' ? [suitePort] : separatePorts;
  beforeAll(async () => {
    await applyExample(patroni(), exampleWith({ layout, nativeSidecar }));
  });
  beforeEach(async () => {
    await road.open();
    await startPod(patroni());
    await patroni().agentsReady(ports);
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
    const auditPort = layout === 'suite' ? suitePort : auditUploadPort;
    expect(marksIn(await expectAuditWhole(patroni(), pod, auditPort), marks)).toEqual(marks);
    expect(await waitingRecords(patroni())).toEqual([]);
  });

  // A native sidecar is not told to end before PostgreSQL's container has ended.
  if (name === 'ordinary')
    it('goes at half of the grace period where PostgreSQL is still up, and takes what came later at the next start', async () => {
      const pod = await patroni().pod('patroni-0');
      const agents = await firstProcess(pod, 'howdah', patroni().signal);
      await signalPatroni(patroni(), pod.name, 'STOP');
      await patroni().kubectl(['scale', 'statefulset/patroni', '--replicas=0']);
      await patroni().waitFor('the pod to end', async () => (await patroni().pod(pod.name)).ending);
      const before = await lastWords(`${name}-ending`, pod);
      // The kubelet tells what became of a container when all of its pod have ended.
      await patroni().waitFor('the agents to end', async () => !isAlive(agents));
      const path = 'jsonpath={.metadata.deletionTimestamp}';
      const killAt = await patroni().kubectl(['get', 'pod', pod.name, '-o', path]);
      const leftSeconds = (Date.parse(killAt) - Date.now()) / 1_000;
      // Kubernetes tells whole seconds; the agents themselves end in far less than the half that is theirs.
      expect(leftSeconds).toBeLessThanOrEqual(graceSeconds / 2 + 1.5);
      expect(leftSeconds).toBeGreaterThan(graceSeconds / 6);
      expect(marksIn(await bucketRecords(patroni()), before)).toEqual(before);
      const after = await lastWords(`${name}-alone`, pod);
      await signalPatroni(patroni(), pod.name, 'CONT');
      await endPod(patroni());
      expect(marksIn(await bucketRecords(patroni()), after)).toEqual([]);

      // They take it at their next start, and seal it at the end after that.
      await startPod(patroni());
      await patroni().agentsReady(ports);
      await endPod(patroni());
      const logs = await endedLogs(patroni());
      const inBucket = await bucketRecords(patroni());
      expect([...placesOf(inBucket)].sort()).toEqual(Object.values(logs).flatMap(auditRecordsIn).sort());
      expect(marksIn(inBucket, after)).toEqual(after);
      expect(await endedCounts(patroni())).toEqual(countsOf(logs));
    });
});
