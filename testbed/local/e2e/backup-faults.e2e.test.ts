import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseInfo } from '@howdah/pgbackrest/info';
import { type BackupStatus, backupStatus } from '@howdah/status/backup';
import { status as statusSchema } from '@howdah/status/status';
import { makeCertificate } from '@howdah/testbed-stores/certificate';
import { holdOn } from '@howdah/testbed-stores/s3-hold';
import { s3Repository } from '@howdah/testbed-stores/s3-repository';
import { fairWeather, openS3Road, type Question, type S3Road } from '@howdah/testbed-stores/s3-road';
import { type S3Server, startS3Server } from '@howdah/testbed-stores/versitygw';
import { getJson } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Member } from '../cluster/member.ts';
import { isPrimary } from '../cluster/patroni.ts';
import { useCluster } from './use-cluster.ts';

let directory: string;
let store: S3Server;
let road: S3Road;
let repository: Awaited<ReturnType<typeof s3Repository>>;
// Before the cluster's own, and so after it: what PostgreSQL archives as it ends still finds the store.
afterAll(async () => {
  await road?.close();
  await store?.stop();
  await repository?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const { cluster, signal } = useCluster({ basePort: 24_640 });

/** The repository lies in an S3 store, on whose road a moment can be held. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'howdah-road-'));
  const certificate = await makeCertificate(directory);
  store = await startS3Server();
  road = await openS3Road(store, certificate);
  repository = await s3Repository({ ...store, endpoint: road.endpoint, caFile: certificate.caFile });
  const primary = await cluster().primary(signal());
  await configure({
    repositories: [{ ...repository.repository, retention: { full: 2 } }],
    ...{ schedules: [], requests: [] },
  });
  await waitFor('every agent to write the new repository into pgbackrest.conf', leadsToStore, {
    ...{ deadlineMs: 60_000, signal: signal() },
  });
  await inTurn(primary, ['backup', '--type=full']);
}, 180_000);

const leadsToStore = async (): Promise<boolean> => {
  const texts = await Promise.all(
    cluster().members.map(({ layout }) =>
      readFile(join(layout.pgbackrestDirectory, 'pgbackrest.conf'), 'utf8'),
    ),
  );
  return texts.every((text) => text.includes('repo1-type=s3'));
};

/** The agents, which see the new repository as well, may be at it: then it is tried again. */
const inTurn = (member: Member, args: readonly string[]) =>
  waitFor(
    `pgbackrest ${args[0]}`,
    async () => {
      await member.pgbackrest(args, signal());
      return true;
    },
    { deadlineMs: 120_000, signal: signal() },
  );

afterEach(() => {
  road.weather = fairWeather;
});

const configure = async (change: object): Promise<void> => {
  for (const member of cluster().members) {
    const { pgbackrest, ...config } = parse((await member.config())['backup.yaml'] ?? '');
    // One object for a thousand small files: their requests one by one took most of a minute beside other tests.
    Object.assign(pgbackrest.render.options, { 'repo1-bundle': 'y' });
    const quick = { pgbackrest: { ...pgbackrest, infoIntervalSeconds: 5 } };
    await member.changeConfig({ 'backup.yaml': stringify({ ...config, ...quick, ...change }) });
  }
};

/** Every member is asked for a full backup, which is due now; the primary takes it. */
const ask = (id: string) =>
  configure({ requests: [{ id, type: 'full', at: new Date().toISOString(), attempts: 100 }] });

const backupAgent = async (member: Member): Promise<BackupStatus> => {
  const { agents } = statusSchema.parse(await getJson(`${member.agentUrl}/status`, signal()));
  return backupStatus.parse(agents.backup?.detail);
};

const until = (what: string, member: Member, deadlineMs: number, look: (now: BackupStatus) => boolean) =>
  waitFor(what, async () => look(await backupAgent(member)), {
    ...{ deadlineMs, signal: signal(), explain: () => member.suite.logTail() },
  });

/** Attempts at a request by the run journal, the first first, once `isThere`. */
const attempts = async (
  member: Member,
  id: string,
  isThere: (runs: NonNullable<BackupStatus['runs']>) => boolean,
) => {
  const of = ({ runs = [] }: BackupStatus) =>
    runs.filter(({ scheduleId }) => scheduleId === `request/${id}`).toReversed();
  await until(`the journal of ${id}`, member, 60_000, (now) => isThere(of(now)));
  return of(await backupAgent(member));
};

/** The repository itself, asked without any agent. */
const backups = async () =>
  parseInfo(await cluster().pgbackrest(['info', '--output=json'], signal()), 'demo').backups;
const takenFor = async (id: string) =>
  (await backups()).filter(({ annotations }) => annotations['howdah-schedule'] === `request/${id}`);

/** What pgBackRest of a member has written of its last backup. */
const backupLog = ({ layout }: Member): string => {
  const file = join(layout.pgbackrestDirectory, 'log', 'demo-backup.log');
  return readFileSync(file, 'utf8').split('PROCESS START').at(-1) ?? '';
};

const oneGoodBackup = async (id: string, by: Member) => {
  expect(await takenFor(id)).toMatchObject([{ type: 'full', annotations: { 'howdah-member': by.name } }]);
};

it('B05: a switchover while a backup waits for the archive aborts it on the old primary and starts it on the new one within 15 s, once', async () => {
  const id = 'while-waiting';
  const old = await cluster().primary(signal());
  const isWaitedFor = ({ method, path }: Question) =>
    method === 'PUT' && path.includes('/archive/demo/') && backupLog(old).includes('backup stop');
  const hold = holdOn(road, isWaitedFor);
  await ask(id);
  await hold.held;
  const { to } = await cluster().switchover(signal());
  await until('the new primary to start it', to, 15_000, ({ running, lastRun }) =>
    [running?.scheduleId, lastRun?.scheduleId].includes(`request/${id}`),
  );
  hold.letGo();
  const runs = await attempts(to, id, (all) => all.at(-1)?.outcome === 'done');
  expect(runs[0]).toMatchObject({ member: old.name, outcome: 'aborted' });
  expect(runs.at(-1)).toMatchObject({ member: to.name });
  await oneGoodBackup(id, to);
}, 180_000);

it('B05: a switchover while old backups are expired ends that on the old primary; the backup is there and is not taken again', async () => {
  const id = 'while-expiring';
  const before = (await backups()).map(({ label }) => label);
  const old = await cluster().primary(signal());
  // A delete before that would be of what an attempt has left behind.
  const isExpired = ({ method, path }: Question) =>
    method === 'POST' && path.includes('delete') && backupLog(old).includes('completed successfully');
  const hold = holdOn(road, isExpired);
  await ask(id);
  await hold.held;
  const { to } = await cluster().switchover(signal());
  await until('the old primary to have ended it', old, 15_000, ({ running }) => running === undefined);
  hold.letGo();
  for (const member of [old, to]) {
    const runs = await attempts(member, id, (all) => all.at(-1)?.outcome !== undefined);
    expect(runs).toMatchObject([{ member: old.name, outcome: 'done' }]);
  }
  await oneGoodBackup(id, old);
  expect((await backups()).map(({ label }) => label)).toContain(before.at(-1));
}, 180_000);

it('B06: Patroni and PostgreSQL of the primary killed -9 during a backup: the new primary takes it within 15 s, once', async () => {
  const id = 'while-killed';
  const old = await cluster().primary(signal());
  const hold = holdOn(
    road,
    ({ method, path }) => method === 'PUT' && path.includes('/backup/demo/') && path.includes('/bundle/'),
  );
  await ask(id);
  await hold.held;
  const [postmaster] = (await readFile(join(old.dataDirectory, 'postmaster.pid'), 'utf8')).split('\n');
  old.patroni.kill('SIGKILL');
  process.kill(Number(postmaster), 'SIGKILL');
  const to = await waitFor(
    'another primary',
    async (s) => {
      const next = (await cluster().view(s)).find(
        (member) => isPrimary(member) && member.state === 'running' && member.name !== old.name,
      );
      return next === undefined ? undefined : cluster().member(next.name);
    },
    { deadlineMs: 60_000, signal: signal() },
  );
  await until('the new primary to start it', to, 15_000, ({ running, lastRun }) =>
    [running?.scheduleId, lastRun?.scheduleId].includes(`request/${id}`),
  );
  hold.letGo();
  const runs = await attempts(to, id, (all) => all.at(-1)?.outcome === 'done');
  expect(runs[0]).toMatchObject({ member: old.name });
  expect(runs[0]?.outcome).not.toBe('done');
  expect(runs.at(-1)).toMatchObject({ member: to.name });
  await oneGoodBackup(id, to);
}, 180_000);
