import { rm, statfs, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { readInfo } from '@howdah/pgbackrest/info';
import { mountTmpfs, unmount } from '@howdah/testbed-tools/process/tmpfs';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startMember } from '../testing/member.ts';

// What retention would let go stays until somebody expires it.
const settings = {
  'repo1-bundle': 'y',
  'repo1-retention-full': '1',
  'expire-auto': 'n',
  'compress-level': '1',
};
const test = useRepository({ settings });
const volume = () => test().repositoryPath(1);

let mounted = false;
beforeAll(async () => {
  mounted = await mountTmpfs(volume(), 64);
});
afterAll(() => unmount(volume()));

const quiet = () => new AbortController().signal;
const backups = async () =>
  (await readInfo(test().pgbackrest, { signal: quiet(), timeoutMs: 30_000 })).backups;
const labels = async () => (await backups()).map(({ label }) => label);

/** A member that is asked for full backups, until the last of them has ended in that way. */
const ask = async (outcome: string, whenFull: string, ...ids: readonly string[]) => {
  await using member = await startMember({
    name: 'db-0',
    on: test(),
    config: {
      ...{ whenFull, schedules: [], initialBackup: false },
      repositories: [{ repo: 1, volume: { directory: volume() } }],
      requests: ids.map((id) => ({ id, type: 'full', at: new Date().toISOString() })),
    },
  });
  await vi.waitFor(
    () => {
      const { lastRun, runs = [] } = member.status();
      expect(lastRun).toMatchObject({ scheduleId: `request/${ids.at(-1)}`, outcome });
      // The journal hears of it a moment later.
      expect(runs[0]).toMatchObject({ scheduleId: lastRun?.scheduleId, outcome });
    },
    { timeout: 60_000, interval: 50 },
  );
  return member.status();
};

it.skipIf(userInfo().uid !== 0)(
  'a volume without room keeps a backup from being begun, and what retention no longer keeps goes first where it may',
  async () => {
    expect(mounted).toBe(true);
    // Of a first full nobody knows the size: it is tried.
    await ask('done', 'fail', 'first');
    await ask('done', 'fail', 'second');
    const [older, newer] = await backups();
    const expected = Math.max(older?.repositoryDeltaBytes ?? 0, newer?.repositoryDeltaBytes ?? 0);
    const { bavail, bsize } = await statfs(volume());
    // With the older one gone there is room for one more and the WAL that comes meanwhile, and not before.
    const filler = join(volume(), 'filler');
    await writeFile(filler, Buffer.alloc(bavail * bsize - Math.floor(0.9 * expected)));

    const failed = await ask('failed', 'fail', 'without-room');
    expect(failed.lastRun?.reason).toMatch(
      new RegExp(`repo1 has \\d+ bytes free, and a full is expected to take ${expected};`),
    );
    expect(failed.runs?.[0]?.attempt).toBe(1);
    expect(await labels()).toEqual([older?.label, newer?.label]);

    const done = await ask('done', 'expire-first', 'with-room-made');
    expect(await labels()).toEqual([newer?.label, done.lastRun?.label]);
    await rm(filler);
  },
  120_000,
);
