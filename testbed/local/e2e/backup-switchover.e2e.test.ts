import { parseInfo } from '@howdah/pgbackrest/info';
import { type BackupStatus, backupStatus } from '@howdah/status/backup';
import { status as statusSchema } from '@howdah/status/status';
import { getJson } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { beforeAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Member } from '../cluster/member.ts';
import { useCluster } from './use-cluster.ts';

const { cluster, signal } = useCluster({ basePort: 24_040 });

/** What the backup agent of a member says; rejects while it says nothing. */
const backupAgent = async (member: Member): Promise<BackupStatus> => {
  const { agents } = statusSchema.parse(await getJson(`${member.agentUrl}/status`, signal()));
  return backupStatus.parse(agents.backup?.detail);
};

const until = (what: string, member: Member, deadlineMs: number, look: (now: BackupStatus) => boolean) =>
  waitFor(
    what,
    async () => {
      const now = await backupAgent(member);
      return look(now) ? now : undefined;
    },
    { deadlineMs, signal: signal(), explain: () => member.suite.logTail() },
  );

/** The attempts at a schedule’s due time by the run journal, the first first. */
const journalOf = async (
  member: Member,
  schedule: string,
  isThere: (attempts: NonNullable<BackupStatus['runs']>) => boolean,
) => {
  const attemptsIn = ({ runs = [] }: BackupStatus) =>
    runs.filter(({ scheduleId }) => scheduleId === schedule).toReversed();
  const now = await until(`the journal of ${schedule} to be read`, member, 90_000, (status) =>
    isThere(attemptsIn(status)),
  );
  return attemptsIn(now);
};

/** The repository itself, asked without any agent. */
const backups = async () =>
  parseInfo(await cluster().pgbackrest(['info', '--output=json'], signal()), 'demo').backups;

/** The start of the minute after the next full one, so that every member knows the schedule before it is due. */
const soon = (): Date =>
  new Date((Math.floor(Date.now() / 60_000) + (Date.now() % 60_000 > 45_000 ? 2 : 1)) * 60_000);

/** Some ten seconds of work for one process: data that hardly compresses, and the slowest compression. */
beforeAll(async () => {
  for (const member of cluster().members) {
    const { pgbackrest, ...config } = parse((await member.config())['backup.yaml'] ?? '');
    Object.assign(pgbackrest.render.options, { 'compress-type': 'gz', 'compress-level': '9' });
    await member.changeConfig({ 'backup.yaml': stringify({ ...config, pgbackrest }) });
  }
  const primary = await cluster().primary(signal());
  await until(
    'the first full backup',
    primary,
    60_000,
    ({ repositories, running }) =>
      running === undefined && repositories.some(({ backups }) => backups.length > 0),
  );
  await primary.query(
    `CREATE TABLE bulk AS
     SELECT n, sha512(n::text::bytea) || sha512((n + 1)::text::bytea) AS a FROM generate_series(1, 200000) AS n`,
  );
  await primary.query('CREATE TABLE bulk2 AS SELECT n, sha512(a) || a AS a FROM bulk');
}, 180_000);

/** Hands every member one schedule that falls due soon; gives its due time. */
const scheduleFull = async (id: string): Promise<Date> => {
  const dueAt = soon();
  const schedule = { id, type: 'full', cron: `${dueAt.getUTCMinutes()} ${dueAt.getUTCHours()} * * *` };
  for (const member of cluster().members) {
    const config = parse((await member.config())['backup.yaml'] ?? '');
    await member.changeConfig({ 'backup.yaml': stringify({ ...config, schedules: [schedule] }) });
  }
  return dueAt;
};

const startedAfter = async (dueAt: Date) =>
  (await backups()).filter((backup) => backup.startedAt.getTime() >= dueAt.getTime());

it('B05: a switchover during a scheduled backup aborts it on the old primary and starts it on the new one within 15 s, once', async () => {
  const id = 'during-switchover';
  const dueAt = await scheduleFull(id);
  const old = await cluster().primary(signal());
  const running = await until(
    'the scheduled backup to run',
    old,
    120_000,
    (now) => now.running?.scheduleId === id && now.running.pid !== undefined,
  );
  expect(running.running).toMatchObject({
    scheduleId: id,
    type: 'full',
    dueAt: dueAt.toISOString(),
  });

  const { to } = await cluster().switchover(signal());
  const switchedAt = Date.now();
  const taken = await until(
    'the new primary to start it',
    to,
    15_000,
    (now) => now.running?.scheduleId === id,
  );
  expect(Date.parse(taken.running?.startedAt ?? '') - switchedAt).toBeLessThan(15_000);
  expect(taken.running).toMatchObject({ scheduleId: id, dueAt: dueAt.toISOString() });

  const aborted = await until(
    'the old primary to have aborted it',
    old,
    15_000,
    (now) => now.lastRun?.scheduleId === id,
  );
  expect(aborted.lastRun).toMatchObject({ outcome: 'aborted', dueAt: dueAt.toISOString() });
  expect(aborted.running).toBeUndefined();

  const done = await until(
    'the new primary to finish it',
    to,
    150_000,
    // A first try may come before the promotion's checkpoint, which pgBackRest wants; the next follows at once.
    (now) => now.lastRun?.scheduleId === id && now.lastRun.outcome === 'done',
  );
  const forThisDue = await startedAfter(dueAt);
  expect(forThisDue.map(({ label }) => label)).toEqual([done.lastRun?.label]);
  expect(forThisDue[0]?.annotations).toMatchObject({
    'howdah-schedule': id,
    'howdah-member': to.name,
  });
  expect(forThisDue[0]?.walStop?.slice(0, 8)).toBe('00000002');
  // Told by every member, whoever it was.
  for (const member of cluster().members) {
    const runs = await journalOf(member, id, (attempts) => attempts.at(-1)?.outcome === 'done');
    expect(runs[0]).toMatchObject({ member: old.name, outcome: 'aborted' });
    expect(runs.at(-1)).toMatchObject({ member: to.name, label: done.lastRun?.label });
  }
}, 420_000);

it('B02: the agents killed -9 while files are copied: one good backup for the due time, none doubled', async () => {
  const id = 'during-kill';
  const dueAt = await scheduleFull(id);
  const primary = await cluster().primary(signal());
  const running = await until(
    'the scheduled backup to run',
    primary,
    120_000,
    (now) => now.running?.scheduleId === id && now.running.pid !== undefined,
  );
  primary.suite.kill('SIGKILL');
  await waitFor('the agents to be dead', async () => !primary.suite.running, {
    deadlineMs: 5_000,
    signal: signal(),
  });
  primary.suite.start();
  const startedAgain = Date.now();
  const isForDue = (backup: { startedAt: string }) => Date.parse(backup.startedAt) >= dueAt.getTime();
  const after = await until(
    'new agents to see a backup for the due time',
    primary,
    150_000,
    ({ repositories }) => repositories.some((repository) => repository.backups.some(isForDue)),
  );
  expect(after.schedules[0]).not.toHaveProperty('overdueSince');
  expect(running.running?.dueAt).toBe(dueAt.toISOString());
  expect(await startedAfter(dueAt)).toMatchObject([{ type: 'full', annotations: { 'howdah-schedule': id } }]);
  // The one that nobody watched was stopped, and is not under way for ever.
  const runs = await journalOf(primary, id, (attempts) => attempts.at(-1)?.outcome === 'done');
  expect(runs).toMatchObject([
    { member: primary.name, outcome: 'failed', reason: `the agents of ${primary.name} ended during it` },
    { member: primary.name, outcome: 'done' },
  ]);
  const closedAfterMs = Date.parse(runs[0]?.endedAt ?? '') - startedAgain;
  expect(closedAfterMs).toBeLessThan(60_000);
}, 420_000);

it('every member says of itself whether it is primary and what the repository holds', async () => {
  const primary = await cluster().primary(signal());
  const labels = (await backups()).map(({ label }) => label);
  for (const member of cluster().members) {
    const now = await until('the repository to be read again', member, 70_000, ({ repositories }) =>
      labels.every((label) => repositories[0]?.backups.some((backup) => backup.label === label)),
    );
    expect(now.role).toBe(member === primary ? 'primary' : 'replica');
    expect(now.schedules[0]).not.toHaveProperty('overdueSince');
    expect(now.archive === undefined).toBe(member !== primary);
  }
});
