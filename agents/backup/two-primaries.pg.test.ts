import { readInfo } from '@howdah/pgbackrest/info';
import { s3Repository } from '@howdah/testbed-stores/s3-repository';
import { type S3Server, startS3Server } from '@howdah/testbed-stores/versitygw';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { afterAll, expect, it, vi } from 'vitest';
import { startMember } from './testing/member.ts';

// Patroni's word alone is made up here, and the same for both. Each has a lock-path of its own, as in pods: pgBackRest's
// file lock keeps none from the other's.
let store: S3Server;
let repository: Awaited<ReturnType<typeof s3Repository>>;
const test = useRepository(async () => {
  store = await startS3Server();
  repository = await s3Repository(store);
  return { settings: repository.settings };
});

afterAll(async () => {
  await store?.stop();
  await repository?.[Symbol.asyncDispose]();
});

const member = (name: string, schedule: object) =>
  startMember({
    name,
    on: test(),
    config: { repositories: [repository.repository], schedules: [schedule] },
  });

it('B11: of two members told to be primary over one S3 repository one takes the backup, and the other refuses and names it', async () => {
  const { pgbackrest } = test();
  const dueAt = new Date(Math.floor(Date.now() / 60_000) * 60_000);
  const schedule = {
    ...{ id: 'nightly', type: 'full' },
    cron: `${dueAt.getUTCMinutes()} ${dueAt.getUTCHours()} * * *`,
  };
  await using one = await member('pg-0', schedule);
  await using other = await member('pg-1', schedule);
  const both = () => [one.status(), other.status()];
  const outcomes = () => both().flatMap(({ lastRun }) => lastRun?.outcome ?? []);
  const told = () => JSON.stringify(both(), undefined, 1);
  const within = { timeout: 60_000, interval: 20 };
  // Held until the other one has asked: on a fast store the backup might be over before that.
  const pid = await vi.waitUntil(() => both().find(({ running }) => running?.pid)?.running?.pid, within);
  process.kill(pid, 'SIGSTOP');
  try {
    await vi.waitFor(() => expect(outcomes(), told()).toContain('refused'), within);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await vi.waitFor(() => expect(outcomes(), told()).toContain('done'), within);
  const refused = both().find(({ lastRun }) => lastRun?.outcome === 'refused');
  const winner = refused === one.status() ? 'pg-1' : 'pg-0';
  expect(refused?.lastRun?.reason).toMatch(/^pg-[01] is at it since/);
  const { backups } = await readInfo(pgbackrest, {
    ...{ signal: new AbortController().signal, timeoutMs: 30_000 },
  });
  expect(backups).toHaveLength(1);
  expect(refused?.lastRun?.reason).toContain(backups[0]?.annotations['howdah-member'] ?? winner);
  // Both tell the same of it once they have looked again.
  for (const each of [one, other])
    await vi.waitFor(
      () =>
        expect(each.status().runs).toMatchObject([{ outcome: 'done', label: backups[0]?.label, attempt: 1 }]),
      { timeout: 30_000, interval: 200 },
    );
  expect(other.status().schedules[0]).not.toHaveProperty('overdueSince');
}, 180_000);
