import { beforeAll, expect, it } from 'vitest';
import { backupDirectories, storedBackups } from './oracles/repository.ts';
import type { Pod } from './patroni/pods.ts';
import { usePatroni } from './patroni/use-patroni.ts';
import { changeAgentFile } from './trouble/agent-file.ts';

const infoIntervalSeconds = 5;

/** The slowest compression, so that a backup takes long enough to be hit. */
const patroni = usePatroni({
  namespace: 'deleted',
  pgbackrest: { 'compress-type': 'gz', 'compress-level': '9' },
  values: { agents: { backup: { pgbackrest: { infoIntervalSeconds } } } },
});

/** What the backup agent of a member says. */
const backupAgent = async (pod: Pod) => (await patroni().status(pod)).agents.backup?.detail;

/** A hundred megabytes that hardly compress. */
beforeAll(async () => {
  const primary = await patroni().primary();
  await patroni().query(
    primary,
    `CREATE TABLE bulk AS
     SELECT n, sha512(n::text::bytea) || sha512((n + 1)::text::bytea) AS a FROM generate_series(1, 150000) AS n`,
  );
  await patroni().query(primary, 'CREATE TABLE bulk2 AS SELECT n, sha512(a) || a AS a FROM bulk');
  await patroni().waitFor(
    'the first full backup',
    async () => (await storedBackups(patroni(), primary))[0],
    180_000,
  );
}, 300_000);

/** The next minute that is far enough away for every member to know of it before. */
const soon = (): Date => new Date(Math.ceil((Date.now() + 10_000) / 60_000) * 60_000);

/** One schedule that falls due soon, and its backup under way on the primary: files are being copied. */
const backupUnderWay = async (id: string): Promise<{ readonly primary: Pod; readonly dueAt: Date }> => {
  const before = await backupDirectories(patroni());
  const dueAt = soon();
  const cron = `${dueAt.getUTCMinutes()} ${dueAt.getUTCHours()} * * *`;
  await changeAgentFile(patroni(), 'backup', (config) => ({
    ...config,
    schedules: [{ id, type: 'full', cron }],
  }));
  const primary = await patroni().primary();
  await patroni().waitFor(
    'the scheduled backup to copy files',
    async () =>
      (await backupAgent(primary))?.running?.pid !== undefined &&
      (await backupDirectories(patroni())).length > before.length,
    150_000,
  );
  return { primary, dueAt };
};

/** Of everybody who answers, the one that took the backup for the schedule to its end. */
const takenBy = (id: string): Promise<Pod> =>
  patroni().waitFor(
    'a member to say that it took the backup',
    async () => {
      for (const pod of await patroni().pods()) {
        const run = (await backupAgent(pod).catch(() => undefined))?.lastRun;
        if (run?.scheduleId === id && run.outcome === 'done') return pod;
      }
      return undefined;
    },
    240_000,
  );

/** Until every member has looked at the repository after `moment`, and takes no backup. */
const lookedAfter = (moment: Date) =>
  patroni().waitFor(
    'every member to have looked at the repository again',
    async () => {
      const details = await Promise.all((await patroni().pods()).map(backupAgent));
      return details.every(
        (detail) =>
          detail?.running === undefined &&
          Date.parse(detail?.repositories[0]?.checkedAt ?? '') > moment.getTime(),
      );
    },
    120_000,
  );

const backupsFor = async (dueAt: Date, asked: Pod) =>
  (await storedBackups(patroni(), asked)).filter(
    ({ timestamp }) => timestamp.start * 1_000 >= dueAt.getTime(),
  );

/** The old pod is back, every member has had its chances to take another, and there is still but one. */
const expectNoSecond = async (dueAt: Date, old: Pod, taker: Pod): Promise<void> => {
  const first = await backupsFor(dueAt, taker);
  await patroni().rolledOut();
  await patroni().agentsReady();
  const back = await patroni().pod(old.name);
  expect(back.uid).not.toBe(old.uid);
  // Each look at the repository wakes the agent that decides; this is two of them.
  await lookedAfter(new Date(Date.now() + 2 * infoIntervalSeconds * 1_000));
  expect(await backupsFor(dueAt, back)).toEqual(first);
  // Told by the member that lost it, too: the journal lies in the store, not in a pod.
  const detail = await backupAgent(back);
  const runs = detail?.runs?.filter((run) => run.dueAt === dueAt.toISOString());
  expect(runs?.[0]).toMatchObject({ member: taker.name, outcome: 'done' });
  expect(runs?.at(-1)).toMatchObject({ member: old.name });
};

it('the primary’s pod is deleted during a scheduled backup: the new primary takes it, and nobody takes a second', async () => {
  const id = 'during-deletion';
  const { primary: old, dueAt } = await backupUnderWay(id);
  await patroni().kubectl(['delete', 'pod', old.name, '--wait=false']);

  const taker = await takenBy(id);
  expect(taker.name).not.toBe(old.name);
  expect((await patroni().primary()).name).toBe(taker.name);
  expect(await backupsFor(dueAt, taker)).toMatchObject([
    {
      type: 'full',
      error: false,
      annotation: {
        'howdah-schedule': id,
        'howdah-member': taker.name,
        'howdah-due': dueAt.toISOString(),
      },
    },
  ]);
  await expectNoSecond(dueAt, old, taker);
}, 600_000);

it('the pod is taken away without its grace: whoever is primary then takes the backup, and nobody a second', async () => {
  const id = 'during-loss';
  const { primary: old, dueAt } = await backupUnderWay(id);
  await patroni().kubectl(['delete', 'pod', old.name, '--grace-period=0', '--force', '--wait=false']);

  // The pod of that name that comes back may be primary again, when it is there before the leader's lock runs out.
  await patroni().waitFor(
    'the pod to be another one',
    async () => (await patroni().pods()).some(({ name, uid }) => name === old.name && uid !== old.uid),
    120_000,
  );
  const taker = await takenBy(id);
  expect(await backupsFor(dueAt, taker)).toMatchObject([
    { type: 'full', error: false, annotation: { 'howdah-schedule': id, 'howdah-member': taker.name } },
  ]);
  await expectNoSecond(dueAt, old, taker);
}, 600_000);
