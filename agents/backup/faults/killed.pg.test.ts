import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readInfo } from '@howdah/pgbackrest/info';
import { runPgBackRest } from '@howdah/pgbackrest/run';
import { makeCertificate } from '@howdah/testbed-stores/certificate';
import { holdOn } from '@howdah/testbed-stores/s3-hold';
import { s3Repository } from '@howdah/testbed-stores/s3-repository';
import { fairWeather, openS3Road, type Question, type S3Road } from '@howdah/testbed-stores/s3-road';
import { type S3Server, startS3Server } from '@howdah/testbed-stores/versitygw';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { memberProcess } from '../testing/member-process.ts';
import { expectWhole } from '../testing/verify.ts';

let store: S3Server;
let road: S3Road;
let directory: string;
let repository: Awaited<ReturnType<typeof s3Repository>>;
const test = useRepository(async () => {
  directory = await mkdtemp(join(tmpdir(), 'howdah-killed-'));
  const certificate = await makeCertificate(directory);
  store = await startS3Server();
  road = await openS3Road(store, certificate);
  repository = await s3Repository({ ...store, endpoint: road.endpoint, caFile: certificate.caFile });
  // Two full backups stay: the third lets the first one expire.
  return { settings: { ...repository.settings, 'repo1-retention-full': '2' } };
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

const quiet = () => new AbortController().signal;
const within = (seconds: number) => ({ timeout: seconds * 1_000, interval: 50 });

const backups = async () =>
  (await readInfo(test().pgbackrest, { signal: quiet(), timeoutMs: 30_000 })).backups;

/** It is due now, and at no other time. */
const memberAsked = (id: string) =>
  memberProcess({
    name: 'db-0',
    on: test(),
    config: {
      repositories: [repository.repository],
      schedules: [],
      requests: [{ id, type: 'full', at: new Date().toISOString(), attempts: 100 }],
      initialBackup: false,
      retry: { initialSeconds: 1, maxSeconds: 2 },
    },
  });

/** What pgBackRest has written of its backup under way. */
const backupLog = () => {
  const file = join(dirname(test().pgbackrest.configFile), 'log', 'main-backup.log');
  return readFileSync(file, 'utf8').split('PROCESS START').at(-1) ?? '';
};

interface Killed {
  /** Begins with the row of the fault list. */
  readonly name: string;
  readonly id: string;
  readonly which: (question: Question) => boolean;
  readonly what?: 'question' | 'answer';
  /** What pgBackRest’s log says at that moment; undefined: it has not begun. */
  readonly log?: RegExp;
  /** The backup was there already: it is the one that stays. */
  readonly whole?: boolean;
}

it.each<Killed>([
  {
    name: 'B01: an agent killed -9 before pgBackRest starts',
    id: 'early',
    // It is this member's by the store, and the agent does not know yet.
    which: ({ method, path }) => method === 'PUT' && path.includes('/howdah/main/runs/request'),
    what: 'answer',
  },
  {
    name: 'B03: an agent killed -9 while waiting for the archive',
    id: 'archive',
    which: ({ method, path }) =>
      method === 'PUT' && path.includes('/archive/main/') && backupLog().includes('backup stop'),
    log: /check archive for segment\(s\)/,
  },
  {
    name: 'B04: an agent killed -9 while expiring',
    id: 'expiring',
    which: ({ method, path }) =>
      method === 'POST' && path.includes('delete') && backupLog().includes('completed successfully'),
    whole: true,
  },
])(
  '$name leaves one good backup for the due time, and an orphan that is closed as failed',
  async ({ id, which, what, log, whole = false }) => {
    const scheduleId = `request/${id}`;
    // Two stay: the next one expires the first, and must not expire the second.
    while (whole && (await backups()).length < 2) await anyFull();
    const before = (await backups()).map(({ label }) => label);
    const hold = holdOn(road, which, what);
    await using member = await memberAsked(id);
    await hold.held;
    if (log !== undefined) await vi.waitFor(() => expect(backupLog()).toMatch(log), within(20));
    await member.kill();

    const startedAt = Date.now();
    member.start();
    const attempts = async () => {
      const { runs = [] } = await member.status();
      return runs.filter((run) => run.scheduleId === scheduleId).toReversed();
    };
    // The orphan is ended, not waited for: what it hangs on is still held.
    const orphan = { member: 'db-0', outcome: 'failed', reason: 'the agents of db-0 ended during it' };
    await vi.waitFor(
      async () => expect(await attempts()).toMatchObject([orphan, ...(whole ? [] : [{}])]),
      within(60),
    );
    expect(Date.now() - startedAt).toBeLessThan(60_000);
    hold.letGo();
    road.weather = fairWeather;
    if (!whole)
      await vi.waitFor(
        async () => expect(await attempts()).toMatchObject([orphan, { outcome: 'done' }]),
        within(60),
      );

    await vi.waitFor(async () => expect((await member.status()).running).toBeUndefined(), within(20));
    const after = await backups();
    const forDue = after.filter(({ annotations }) => annotations['howdah-schedule'] === scheduleId);
    expect(forDue).toMatchObject([{ type: 'full' }]);
    expect(after.map(({ label }) => label).slice(-2)).toEqual(
      [before.at(-1), forDue[0]?.label].filter(Boolean),
    );
    await expectWhole(
      test().pgbackrest,
      after.map(({ label }) => label),
    );
  },
  120_000,
);

const anyFull = () =>
  runPgBackRest(test().pgbackrest, 'backup', ['--type=full'], { signal: quiet(), timeoutMs: 60_000 });
