import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readInfo } from '@howdah/pgbackrest/info';
import { type Certificate, makeCertificate } from '@howdah/testbed-stores/certificate';
import { s3Repository } from '@howdah/testbed-stores/s3-repository';
import {
  fairWeather,
  openS3Road,
  type Question,
  refusal,
  type S3Road,
  type Weather,
} from '@howdah/testbed-stores/s3-road';
import { type S3Server, startS3Server } from '@howdah/testbed-stores/versitygw';
import { samplesOf } from '@howdah/testbed-tools/samples';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { startMember } from '../testing/member.ts';

let store: S3Server;
let road: S3Road;
let directory: string;
let known: Certificate;
let unknown: Certificate;
let repository: Awaited<ReturnType<typeof s3Repository>>;
const test = useRepository(async () => {
  directory = await mkdtemp(join(tmpdir(), 'howdah-road-'));
  [store, known, unknown] = await Promise.all([
    startS3Server(),
    makeCertificate(join(directory, 'known')),
    makeCertificate(join(directory, 'unknown')),
  ]);
  road = await openS3Road(store, known);
  repository = await s3Repository({ ...store, endpoint: road.endpoint, caFile: known.caFile });
  // By itself pgBackRest waits a minute for each answer, and copies what failed once more after 15 s.
  return { settings: { ...repository.settings, 'io-timeout': '2', 'job-retry': '0' } };
});

afterEach(() => {
  road.weather = fairWeather;
});
afterAll(async () => {
  await road?.close();
  await store?.stop();
  await repository?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

/** Asked for a full backup now, as a person would. */
const memberAsked = (id: string) =>
  startMember({
    name: 'db-0',
    on: test(),
    config: {
      pgbackrest: { timeoutSeconds: 5 },
      repositories: [repository.repository],
      schedules: [],
      requests: [{ id, type: 'full', at: new Date().toISOString(), attempts: 100 }],
      retry: { initialSeconds: 1, maxSeconds: 2 },
    },
  });
type Member = Awaited<ReturnType<typeof memberAsked>>;

const reachable = async (member: Member) =>
  samplesOf(await member.metrics(), 'howdah_backup_repo_reachable').map(({ value }) => value);

const within = (seconds: number) => ({ timeout: seconds * 1_000, interval: 50 });

const takenFor = async (id: string) => {
  const signal = new AbortController().signal;
  const { backups } = await readInfo(test().pgbackrest, { signal, timeoutMs: 30_000 });
  return backups.filter(({ annotations }) => annotations['howdah-schedule'] === `request/${id}`);
};

const becomesGood = async (member: Member, id: string) => {
  await vi.waitFor(
    () => expect(member.status().lastRun).toMatchObject({ scheduleId: `request/${id}`, outcome: 'done' }),
    within(60),
  );
  await vi.waitFor(async () => expect(await reachable(member)).toEqual([1]), within(10));
  expect(await takenFor(id)).toMatchObject([{ type: 'full', label: member.status().lastRun?.label }]);
};

const isCopied = ({ method, path }: Question) =>
  method === 'PUT' && path.includes('/repo/backup/main/') && path.includes('/bundle/');

/** Fair until the first file of a backup is on its way, and no more then. */
const turningInMidRun = (then: Weather): Weather => {
  let turned = false;
  return (question, pass) => {
    turned ||= isCopied(question);
    return turned ? then(question, pass) : pass();
  };
};

it.each<[string, Weather]>([
  ['answers 503', async () => refusal(503, 'SlowDown')],
  ['hangs', () => new Promise(() => undefined)],
  ['answers 403', async () => refusal(403, 'AccessDenied')],
])(
  'B07: a store that %s in the middle of a run is seen within a minute, and the next run is good',
  async (what, then) => {
    const id = `while-it-${what.replace(' ', '-')}`;
    road.weather = turningInMidRun(then);
    await using member = await memberAsked(id);
    await vi.waitUntil(() => member.status().running?.pid, within(20));
    const beganAt = Date.now();
    await vi.waitFor(async () => expect(await reachable(member)).toEqual([0]), within(60));
    await vi.waitFor(() => expect(member.status().lastRun).toMatchObject({ outcome: 'failed' }), within(60));
    expect(Date.now() - beganAt).toBeLessThan(60_000);
    expect(member.status().repositories[0]).toMatchObject({ reachable: false, message: expect.any(String) });
    expect(await takenNothing(id)).toBe(true);
    road.weather = fairWeather;
    await becomesGood(member, id);
  },
  180_000,
);

/** What lies in the store itself: keys of objects. */
const keys = async () => (await readdir(store.bucketDirectory, { recursive: true })).toSorted();
/** No manifest stands by a whole backup. */
const takenNothing = async (id: string) => {
  road.weather = fairWeather;
  return (await takenFor(id)).length === 0;
};

it('B08: a certificate of the store that nobody knows is named, nothing is written past it, and the next run is good', async () => {
  await using before = await memberAsked('before-the-certificate');
  await becomesGood(before, 'before-the-certificate');
  await road.show(unknown);
  const [lying, asked] = [await keys(), road.asked()];

  await using member = await memberAsked('with-the-certificate');
  await vi.waitFor(async () => expect(await reachable(member)).toEqual([0]), within(60));
  await vi.waitFor(async () => expect(await reachable(before)).toEqual([0]), within(60));
  for (const each of [before, member]) expect(each.status().repositories[0]?.message).toMatch(/certificate/);
  // PostgreSQL's own way there is as closed: WAL stays where it is.
  const archiver = async () => (await test().server.query('SELECT failed_count FROM pg_stat_archiver'))[0];
  const failed = await archiver();
  await test().server.query("SELECT pg_create_restore_point('unseen'), pg_switch_wal()");
  await vi.waitFor(async () => expect(await archiver()).not.toEqual(failed), within(30));
  expect(member.status().running).toBeUndefined();
  expect(road.asked()).toBe(asked);
  expect(await keys()).toEqual(lying);

  await road.show(known);
  await becomesGood(member, 'with-the-certificate');
}, 180_000);
