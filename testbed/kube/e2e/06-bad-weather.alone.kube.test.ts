import { soakMinutes } from '@howdah/testbed-tools/soak-minutes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAuditWhole, smallSegments } from './oracles/expect-audit-whole.ts';
import { expectExactCounts } from './oracles/expect-exact-counts.ts';
import { logFileSizes, readLogFile } from './oracles/log-files.ts';
import { starts } from './oracles/starts.ts';
import { expectHealthy, sampleOf, waitingFor } from './oracles/what-agents-say.ts';
import type { Pod } from './patroni/pods.ts';
import { usePatroni } from './patroni/use-patroni.ts';
import { changeAgentFile } from './trouble/agent-file.ts';
import { fillVolume } from './trouble/fill-volume.ts';
import { byRoad, storeRoad } from './trouble/store-road.ts';

const roadPort = 17_070;
const road = storeRoad(roadPort);
beforeAll(() => road.open());
afterAll(() => road.close());

const claim = (name: string, storageClassName: string, storage: string) => ({
  metadata: { name },
  spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
});

const mebibyte = 2 ** 20;
/** Of log, which audit-upload reads in one go where a segment is small (boundsFor in its collect.ts). */
const passBytes = 256 * 1024;
const { storePort, patches } = byRoad(roadPort);

const patroni = usePatroni({
  namespace: 'weather',
  // Nothing here passes from one member to another.
  members: 1,
  storePort,
  values: [
    smallSegments,
    {
      agents: {
        backup: { pgbackrest: { infoIntervalSeconds: 15 } },
        'audit-upload': { backlog: { maxBytes: mebibyte } },
      },
      directories: { state: { volume: 'state' } },
    },
  ],
  patches: [
    ...patches,
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'patroni' },
      spec: {
        // The list is replaced as a whole.
        volumeClaimTemplates: [
          claim('data', 'howdah-local', '2Gi'),
          claim('log', 'howdah-sized', '300Mi'),
          claim('state', 'howdah-sized', '300Mi'),
        ],
      },
    },
  ],
});

const startsNow = () => starts(patroni());
const waits = (pod: Pod) => waitingFor(patroni(), pod);
const sample = (pod: Pod, family: string, labels?: Readonly<Record<string, string>>) =>
  sampleOf(patroni(), pod, family, labels);

it('a node without its kubelet: everything runs on, nothing is restarted, and edits arrive afterwards', async () => {
  const before = await startsNow();
  const kubelet = patroni().cluster.part('kubelet');
  await kubelet.kill(patroni().signal);
  try {
    for (const pod of await patroni().pods()) {
      await patroni().query(pod, 'SELECT');
      expect(Object.values(await waits(pod))).not.toContainEqual(expect.any(String));
      expect(await sample(pod, 'pg_up')).toBe(1);
    }
  } finally {
    await kubelet.start(patroni().signal);
  }
  await changeAgentFile(patroni(), 'logship', (config) => ({ ...config, pollSeconds: 0.5 }));
  await patroni().rolledOut();
  await patroni().agentsReady();
  expect(await startsNow()).toEqual(before);
});

it('a full state volume: agents and PostgreSQL go on, say what is wrong, and with room nothing is lost or doubled', async () => {
  const before = await startsNow();
  const primary = await patroni().primary();
  const warn = (mark: string) =>
    patroni().query(primary, `DO $$ BEGIN RAISE WARNING '${mark}'; END $$; CREATE TABLE "${mark}" (n int)`);
  {
    await using state = await fillVolume(patroni(), primary, '/var/lib/howdah/postgres');
    for (let n = 0; n < 40; n += 1) await warn(`state full ${n}`);
    const words = await patroni().waitFor('the agents to say that their volume is full', async () => {
      const { logship, 'audit-upload': audit } = await waits(primary);
      return logship !== undefined && audit !== undefined ? { logship, audit } : undefined;
    });
    expect(words).toEqual({
      logship: expect.stringMatching(
        /^cannot write \/var\/lib\/howdah\/logship\/\S+: .*no space left on device/,
      ),
      audit: expect.stringMatching(/\/var\/lib\/howdah\/audit-upload\/\S+: .*no space left on device/),
    });
    const { agents } = await patroni().status(primary);
    expect(agents.logship?.waitingFor).toMatch(/no space left on device/);
    await expectHealthy(patroni(), primary);
    expect(await sample(primary, 'pg_up')).toBe(1);
    expect(await sample(primary, 'howdah_agent_ready', { agent: 'logship' })).toBe(0);
    await state.remove();
  }
  await warn('state has room');
  await patroni().agentsReady();
  await expectExactCounts(patroni(), primary);
  await expectAuditWhole(patroni(), primary);
  expect(await startsNow()).toEqual(before);
});

it('a store that is away: said within a minute, what waits for it is bounded, PostgreSQL goes on, and afterwards all of it is delivered', async () => {
  const before = await startsNow();
  const primary = await patroni().primary();
  const away = { fromMs: performance.now(), forMs: soakMinutes(1) * 60_000 };
  await road.close();
  try {
    // An agent that has nothing to deliver does not ask the store.
    await patroni().query(primary, "COMMENT ON DATABASE postgres IS 'the store is away'");
    await patroni().waitFor('the agents to say that the store is away', async () => {
      const words = await waits(primary);
      return words.backup !== undefined && words['audit-upload'] !== undefined;
    });
    const words = await waits(primary);
    expect(words.backup).toMatch(/s3\.howdah\.test/);
    expect(words['audit-upload']).toMatch(/s3\.howdah\.test/);
    expect(await sample(primary, 'howdah_backup_repo_reachable', { repo: '1' })).toBe(0);

    // Audited statements that hardly compress, until the backlog is as large as it may be; then PostgreSQL goes on.
    let statements = 0;
    const audited = async () => {
      statements += 1;
      const text = `'${statements} ' || string_agg(sha512(random()::text::bytea)::text, '')`;
      const [row] = await patroni().query<{ text: string }>(
        primary,
        `SELECT ${text} AS text FROM generate_series(1, 120)`,
      );
      await patroni().query(primary, `COMMENT ON DATABASE postgres IS '${row?.text}'`);
    };
    await patroni().query(primary, 'SELECT pg_switch_wal()');
    await patroni().waitFor(
      'the backlog to be full',
      async () => {
        for (let n = 0; n < 10; n += 1) await audited();
        return (await sample(primary, 'howdah_audit_upload_backlog_full')) === 1;
      },
      120_000,
    );
    for (let n = 0; n < 20; n += 1) await audited();
    expect((await waits(primary))['audit-upload']).toMatch(/backlog\.maxBytes/);
    const backlogBytes = async () => (await sample(primary, 'howdah_audit_upload_backlog_bytes')) ?? 0;
    await patroni().waitFor(
      'the store to have been away long enough',
      async () => {
        await expectHealthy(patroni(), primary);
        await patroni().query(primary, 'SELECT pg_switch_wal()');
        // What was collected before it was full, and the pass that filled it: it is looked at between passes.
        expect(await backlogBytes()).toBeLessThan(mebibyte + passBytes);
        return performance.now() - away.fromMs >= away.forMs;
      },
      away.forMs + 60_000,
    );
    expect(await sample(primary, 'howdah_backup_wal_at_risk_bytes')).toBeGreaterThan(16 * mebibyte);
  } finally {
    await road.open();
  }
  await patroni().agentsReady();
  await expectAuditWhole(patroni(), primary);
  await patroni().waitFor(
    'all WAL to be archived',
    async () => {
      const atRisk = await sample(primary, 'howdah_backup_wal_at_risk_bytes');
      return atRisk !== undefined && atRisk < 16 * mebibyte;
    },
    90_000,
  );
  const [archiver] = await patroni().query<{ behind: boolean }>(
    primary,
    `SELECT last_archived_time IS NULL OR coalesce(last_failed_time > last_archived_time, false) AS behind
     FROM pg_stat_archiver`,
  );
  expect(archiver).toEqual({ behind: false });
  expect(await startsNow()).toEqual(before);
});

/** Numbered warnings that stand whole in the log, and the last of them: PostgreSQL itself lost others, or parts of them. */
const warningsOf = async (pod: Pod): Promise<{ readonly whole: number; readonly last: number }> => {
  const texts = await Promise.all(
    Object.entries(await logFileSizes(patroni(), pod)).map(([name, bytes]) =>
      readLogFile(patroni(), pod, name, bytes),
    ),
  );
  // Where a record was torn the next one stands in the same line.
  const records = texts.join('').split(/(?<=\n)|(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} )/);
  const numbers = records.flatMap((record) => {
    const [, number] = /,WARNING,01000,"log full (\d+) x{4000}",.*\n$/.exec(record) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
  return { whole: numbers.length, last: numbers.at(-1) ?? 0 };
};

it('a full log volume: PostgreSQL goes on, the agents say that its log is lost, and with room every whole record is counted', async () => {
  const before = await startsNow();
  const primary = await patroni().primary();
  const counted = async () =>
    (await sample(primary, 'howdah_logship_records_by_severity_total', { severity: 'WARNING' })) ?? 0;
  const warningsBefore = await counted();
  const logBytes = async () =>
    Object.values(await logFileSizes(patroni(), primary)).reduce((sum, bytes) => sum + bytes, 0);
  let number = 0;
  /** Two hundred kilobytes of log. */
  const warn = async () => {
    const loop = `FOR n IN ${number + 1}..${number + 50} LOOP RAISE WARNING 'log full % %', n, repeat('x', 4000); END LOOP`;
    number += 50;
    await patroni().query(primary, `DO $$ BEGIN ${loop}; END $$`);
  };
  {
    await using log = await fillVolume(patroni(), primary, '/var/log/postgresql');
    // A file may have blocks in reserve: it is full once PostgreSQL's own file grows no more.
    await patroni().waitFor(
      'PostgreSQL to find its log volume full',
      async () => {
        const size = await logBytes();
        await warn();
        return (await logBytes()) === size;
      },
      90_000,
    );
    const words = await patroni().waitFor('the agents to say it', async () => (await waits(primary)).logship);
    expect(words).toMatch(/^room on the volume of \/var\/log\/postgresql/);
    await expectHealthy(patroni(), primary);
    expect(await sample(primary, 'pg_up')).toBe(1);
    await log.remove();
  }
  await patroni().agentsReady();
  await warn();
  const expected = await patroni().waitFor(
    'the last warning to stand in the log',
    async () => {
      const { whole, last } = await warningsOf(primary);
      return last === number ? whole : undefined;
    },
    30_000,
  );
  expect(expected).toBeLessThan(number);
  await patroni().waitFor(
    'every whole record to be counted',
    async () => {
      return (await counted()) - warningsBefore === expected;
    },
    30_000,
  );
  expect(await startsNow()).toEqual(before);
});
