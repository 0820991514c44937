import { rm, statfs, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { readInfo } from '@howdah/pgbackrest/info';
import { mountTmpfs, unmount } from '@howdah/testbed-tools/process/tmpfs';
import { samplesOf } from '@howdah/testbed-tools/samples';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { limits } from '../alerts.ts';
import { startMember } from '../testing/member.ts';
import { expectWhole } from '../testing/verify.ts';

const test = useRepository({ settings: { 'repo1-bundle': 'y', 'job-retry': '0' } });
const volume = () => test().repositoryPath(1);
const sizeMiB = 64;
/** Enough for WAL that is nearly empty, and not for what was written since the full. */
const leftBytes = 1024 ** 2;
const writtenBytes = 6 * leftBytes;

let mounted = false;
beforeAll(async () => {
  mounted = await mountTmpfs(volume(), sizeMiB);
});
afterAll(() => unmount(volume()));

const quiet = () => new AbortController().signal;
const within = (seconds: number) => ({ timeout: seconds * 1_000, interval: 50 });

const backups = async () =>
  (await readInfo(test().pgbackrest, { signal: quiet(), timeoutMs: 30_000 })).backups;

/** Of an incr, the first one, nobody knows how much room it needs: pgBackRest is started. */
const typeOf = (id: string) => (id === 'without-room' ? 'incr' : 'full');
const asked = (id: string) => ({ id, type: typeOf(id), at: new Date().toISOString(), attempts: 100 });

/** What no compression makes smaller, archived. */
const write = async () => {
  const { server } = test();
  await server.query(
    `CREATE TABLE filling AS SELECT string_agg(sha512(random()::text::bytea), '') AS bytes FROM generate_series(1, ${writtenBytes / 64}) AS n GROUP BY n % 1000`,
  );
  const [row] = await server.query<{ wal: string }>('SELECT pg_walfile_name(pg_switch_wal()) AS wal');
  await vi.waitFor(async () => {
    const [archiver] = await server.query<{ last: string }>(
      'SELECT last_archived_wal AS last FROM pg_stat_archiver',
    );
    expect((archiver?.last ?? '') >= (row?.wal ?? 'none')).toBe(true);
  }, within(20));
};
const memberAsked = (...ids: readonly string[]) =>
  startMember({
    name: 'db-0',
    on: test(),
    config: {
      repositories: [{ repo: 1, volume: { directory: volume() } }],
      schedules: [],
      requests: ids.map(asked),
      retry: { initialSeconds: 1, maxSeconds: 2 },
    },
  });

it.skipIf(userInfo().uid !== 0)(
  'B09: in a repository without room a backup fails in its own words, older ones are whole, the alert’s series are true, and the next run is good',
  async () => {
    expect(mounted).toBe(true);
    {
      await using member = await memberAsked('with-room');
      await vi.waitFor(() => expect(member.status().lastRun).toMatchObject({ outcome: 'done' }), within(30));
    }
    const [older] = await backups();
    await write();
    const { bavail, bsize } = await statfs(volume());
    const filler = join(volume(), 'filler');
    await writeFile(filler, Buffer.alloc(bavail * bsize - leftBytes));

    await using member = await memberAsked('without-room');
    const gauge = async (family: string) => samplesOf(await member.metrics(), family)[0]?.value ?? Number.NaN;
    await vi.waitFor(() => expect(member.status().lastRun).toMatchObject({ outcome: 'failed' }), within(30));
    // A write that went half through has left pgBackRest without an error of the system to name.
    expect(member.status().lastRun?.reason).toMatch(/unable to write '.*repo1\/backup\//);
    // What HowdahBackupRepositoryFilling and HowdahBackupRunFailing ask.
    await vi.waitFor(async () => {
      const free = await gauge('howdah_backup_repo_volume_available_bytes');
      const size = await gauge('howdah_backup_repo_volume_size_bytes');
      expect(size).toBe(sizeMiB * 1024 ** 2);
      expect(free / size).toBeLessThan(limits.repoMinFreeRatio.fallback);
    }, within(10));
    const runs = samplesOf(await member.metrics(), 'howdah_backup_runs_total');
    const failed = runs.find(({ labels }) => labels.type === 'incr' && labels.outcome === 'failed');
    expect(failed?.value).toBeGreaterThan(0);
    expect(await backups()).toMatchObject([{ label: older?.label }]);

    await rm(filler);
    await vi.waitFor(
      () =>
        expect(member.status().lastRun).toMatchObject({
          scheduleId: 'request/without-room',
          outcome: 'done',
        }),
      within(60),
    );
    expect(await backups()).toMatchObject([
      { label: older?.label },
      { label: member.status().lastRun?.label },
    ]);
    await expectWhole(
      test().pgbackrest,
      (await backups()).map(({ label }) => label),
    );
  },
  180_000,
);
