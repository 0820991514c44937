import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { samplesOf } from '@howdah/testbed-tools/samples';
import { soakMinutes } from '@howdah/testbed-tools/soak-minutes';
import { expect, it } from 'vitest';
import { chainOf, expectAuditWhole, expectMarks, smallSegments } from './oracles/expect-audit-whole.ts';
import { expectExactCounts } from './oracles/expect-exact-counts.ts';
import { usePatroni } from './patroni/use-patroni.ts';
import { killContainer } from './trouble/kill-container.ts';
import { prepareLoad, startLoad } from './trouble/log-load.ts';

const patroni = usePatroni({ namespace: 'agents-killed', values: smallSegments });

/** What does not change while PostgreSQL goes on. */
const postgresOf = async () => {
  const pods = await patroni().pods();
  return Promise.all(
    pods.map(async (pod) => ({
      ...{ pod: pod.name, role: pod.role, restarts: pod.containers.postgres?.restartCount },
      started: await patroni().query(pod, 'SELECT pg_postmaster_start_time()::text AS at'),
    })),
  );
};

const leastKills = 20;
const soakMs = soakMinutes(0.5) * 60_000;

it(
  'the agents of the primary killed -9 twenty times under load neither stop PostgreSQL nor lose or double a count or an audit record',
  async () => {
    await prepareLoad(patroni());
    const { name } = await patroni().primary();
    const now = () => patroni().pod(name);
    const before = await postgresOf();
    const chain = await chainOf(patroni(), await now());
    await using load = startLoad('killed', now, { writes: true });
    const untilMs = performance.now() + soakMs;
    let highest = 0;
    for (let kill = 0; kill < leastKills || performance.now() < untilMs; kill += 1) {
      // From early in its start to well into its work: between 0 and 1.9 s in steps that repeat in no loop's rhythm.
      await delay((kill * 1_037) % 1_900);
      const killed = await now();
      await killContainer(killed, 'howdah', patroni().signal);
      const again = await patroni().waitFor(
        `the kubelet to start the agents again, after kill ${kill + 1}`,
        async () => {
          const pod = await now();
          const { howdah } = pod.containers;
          const isNew = howdah?.containerID !== killed.containers.howdah?.containerID;
          return isNew && (howdah?.restartCount ?? 0) > kill ? pod : undefined;
        },
      );
      expect(again.containers.howdah?.lastState.terminated?.exitCode).toBe(137);
      const total = await waitFor(
        'the agents to count',
        async () => {
          const counts = samplesOf(await patroni().metrics(again), 'postgres_severity');
          return counts.length > 0 && counts.reduce((sum, { value }) => sum + value, 0);
        },
        { deadlineMs: 60_000, everyMs: 200, signal: patroni().signal, explain: patroni().lastWords },
      );
      expect(total, `after kill ${kill + 1} the counters went back`).toBeGreaterThanOrEqual(highest);
      highest = total;
    }
    await load.stop();

    expect(highest).toBeGreaterThan(leastKills * 250);
    await expectExactCounts(patroni(), await now());
    expect(load.marks().length).toBeGreaterThan(leastKills * 25);
    expectMarks(load.marks(), await expectAuditWhole(patroni(), await now()));
    expect(await chainOf(patroni(), await now())).toBe(chain);
    expect(await postgresOf()).toEqual(before);
  },
  600_000 + soakMs,
);
