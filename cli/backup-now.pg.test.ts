import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { startAgent } from '@howdah/backup/testing/start-agent';
import { readInfo } from '@howdah/pgbackrest/info';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { expect, test, vi } from 'vitest';
import { runHowdah } from './testing/run-howdah.ts';

// A real agent, pgBackRest and PostgreSQL, and the real command as a process of its own.
vi.setConfig({ testTimeout: 120_000 });

const repository = useRepository();
const within = { timeout: 60_000, interval: 20 };
const quiet = () => new AbortController().signal;

const labels = async () => {
  const { backups } = await readInfo(repository().pgbackrest, { signal: quiet(), timeoutMs: 30_000 });
  return backups.map(({ label }) => label);
};

/** The command in the pod of the agent, once that has looked around. */
const inPodOf = async (agent: Awaited<ReturnType<typeof startAgent>>) => {
  await vi.waitUntil(
    () => agent.status().repositories.length > 0 && agent.status().role !== 'unknown',
    within,
  );
  return (...args: readonly string[]) =>
    runHowdah(['backup', ...args], { HOWDAH_RUN_DIR: agent.runDirectory });
};

test('howdah backup cancel stops what runs, and neither this agent nor the next primary’s begins it again', async () => {
  // Before there is any full: one that was taken within this minute would do for it.
  const dueAt = new Date(Math.floor(Date.now() / 60_000) * 60_000);
  const cron = `${dueAt.getUTCMinutes()} ${dueAt.getUTCHours()} * * *`;
  const config = { schedules: [{ id: 'nightly', type: 'full', cron }] };
  {
    await using agent = await startAgent(repository(), { config });
    const howdah = await inPodOf(agent);
    const pid = await vi.waitUntil(() => agent.status().running?.pid, within);
    // Held, so that it cannot be done before it is stopped; SIGTERM waits for SIGCONT.
    process.kill(pid, 'SIGSTOP');
    const cancelling = howdah('cancel');
    setTimeout(() => process.kill(pid, 'SIGCONT'), 3_000);
    const { code, stdout } = await cancelling;
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /^nightly \(full, repository 1, since .*\) is cancelled: /,
    );
    expect(code).toBe(0);
    // The journal hears of it a moment later.
    const reason = 'cancelled by howdah backup cancel on pg-0';
    await vi.waitFor(
      () =>
        expect(agent.status().runs?.[0]).toMatchObject({ scheduleId: 'nightly', outcome: 'aborted', reason }),
      within,
    );
    const again = await howdah('cancel');
    expect(again.code).toBe(1);
    expect(again.stderr.replaceAll(/\s+/g, ' ')).toContain('nothing to cancel on pg-0');
  }
  await using other = await startAgent(repository(), { member: 'pg-1', config });
  await vi.waitUntil(() => other.status().runs?.length, within);
  // Two of its looks at the repository, and of its chances to begin.
  const looked = other.status().repositories[0]?.checkedAt;
  await vi.waitUntil(() => other.status().repositories[0]?.checkedAt !== looked, within);
  expect(other.status()).not.toHaveProperty('running');
  expect(other.status()).not.toHaveProperty('lastRun');
  expect(other.status().schedules[0]?.overdueSince).toBe(dueAt.toISOString());
  expect(await labels()).toEqual([]);
});

test('howdah backup cancel reaches what failed and waits for its next try, which is told before', async () => {
  const dueAt = new Date(Math.floor(Date.now() / 60_000) * 60_000);
  const cron = `${dueAt.getUTCMinutes()} ${dueAt.getUTCHours()} * * *`;
  const config = {
    ...{ schedules: [{ id: 'retried', type: 'full', cron }], retry: { initialSeconds: 600 } },
    hooks: { before: [{ command: ['/bin/false'] }] },
  };
  await using agent = await startAgent(repository(), { config });
  const howdah = await inPodOf(agent);
  await vi.waitUntil(() => agent.status().waiting?.length === 1, within);
  expect(agent.status().waiting).toMatchObject([{ scheduleId: 'retried', failures: 1 }]);
  const { code, stdout } = await howdah('cancel');
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /^retried \(full, repository 1, failed once\) is cancelled: /,
  );
  expect(code).toBe(0);
  expect(agent.status()).not.toHaveProperty('waiting');
  expect(agent.status().lastRun).toMatchObject({ scheduleId: 'retried', outcome: 'aborted' });
  const runs = agent.status().runs?.filter(({ scheduleId }) => scheduleId === 'retried');
  expect(runs).toMatchObject([
    { attempt: 2, outcome: 'aborted', reason: 'cancelled by howdah backup cancel on pg-0' },
    { attempt: 1, outcome: 'failed' },
  ]);
});

test('howdah backup now has a backup taken, claimed in the journal, and tells its label and size', async () => {
  await using agent = await startAgent(repository());
  const howdah = await inPodOf(agent);
  const { code, stdout, stderr } = await howdah('now', '--type', 'full');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [label] = await labels();
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
    new RegExp(`^Done: ${label} full in repository 1, \\S+ MiB of data, \\S+ \\S+ added, in \\d+ s`),
  );
  expect(agent.status().runs?.[0]).toMatchObject({
    ...{
      scheduleId: expect.stringMatching(/^request\/now-\d{8}t\d{6}z$/),
      outcome: 'done',
      label,
      attempt: 1,
    },
  });
  expect((await stat(join(agent.runDirectory, 'backup.sock'))).mode & 0o777).toBe(0o600);
});

test('--json gives programs the same, and --no-wait the id alone', async () => {
  await using agent = await startAgent(repository());
  const howdah = await inPodOf(agent);
  const said = JSON.parse((await howdah('now', '--json')).stdout);
  expect(said).toMatchObject({
    version: 1,
    type: 'incr',
    repo: 1,
    outcome: 'done',
    label: (await labels()).at(-1),
  });
  const { stdout } = await howdah('now', '--no-wait');
  expect(stdout).toMatch(/^now-\d{8}t\d{6}z\n$/);
  await vi.waitUntil(() => agent.status().lastRun?.scheduleId === `request/${stdout.trim()}`, within);
});

test('a replica refuses, and names the primary', async () => {
  await using agent = await startAgent(repository());
  agent.becomes('replica');
  const howdah = await inPodOf(agent);
  await vi.waitUntil(() => agent.status().role === 'replica', within);
  const before = await labels();
  const { code, stdout, stderr } = await howdah('now');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('this member is replica; ask the primary, pg-1');
  expect(stderr).toContain('HOWDAH_CLI_REFUSED');
  expect(await labels()).toEqual(before);
});

test('what pgBackRest does not do is told with its words, and the command ends with 1', async () => {
  await using agent = await startAgent(repository());
  const howdah = await inPodOf(agent);
  await repository().server.query('ALTER ROLE howdah_backup NOLOGIN');
  try {
    const { code, stdout } = await howdah('now', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('not permitted to log in'),
    });
  } finally {
    await repository().server.query('ALTER ROLE howdah_backup LOGIN');
  }
});

test('without an agent the command says where it looked', async () => {
  const { code, stderr } = await runHowdah(['backup', 'now'], { HOWDAH_RUN_DIR: '/nowhere' });
  expect(code).toBe(1);
  expect(stderr).toContain('/nowhere/backup.sock: no backup agent listens there');
});
