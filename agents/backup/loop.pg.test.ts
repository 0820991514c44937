import { systemClock } from '@howdah/core/clock';
import { takeBackup } from '@howdah/pgbackrest/backup';
import { readInfo } from '@howdah/pgbackrest/info';
import { createStanza } from '@howdah/pgbackrest/stanza';
import { createLogger } from '@howdah/runtime/logger';
import type { DueTimes } from '@howdah/schedule/due-times';
import type { MemberRole, RunOutcome } from '@howdah/status/backup';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { beforeEach, describe, expect, it } from 'vitest';
import { BackupLoop } from './loop.ts';
import type { Repository } from './ports.ts';
import { createRepositoryWatch } from './repository-watch.ts';
import { createRoleWatch } from './role-watch.ts';
import type { TimedSchedule } from './schedule.ts';
import { createServer } from './server.ts';

const quiet = () => new AbortController().signal;
const test = useRepository();

/** Patroni's word is the test's. */
let role: MemberRole;
let outcomes: RunOutcome[];
beforeEach(() => {
  role = 'primary';
  outcomes = [];
});

const repository = (): Repository => {
  const program = test().pgbackrest;
  return {
    info: (signal, repo) =>
      readInfo(program, { signal, timeoutMs: 30_000, ...(repo === undefined ? {} : { repo }) }),
    createStanza: (signal) => createStanza(program, { signal, timeoutMs: 30_000 }),
    backup: async (request, signal) => {
      await takeBackup(program, { signal, timeoutMs: 60_000, ...request });
    },
  };
};

const server = () =>
  createServer({
    host: test().server.socketDir,
    port: test().server.port,
    user: 'howdah_backup',
    database: 'postgres',
    applicationName: 'howdah_backup',
    connectTimeoutMs: 2_000,
    statementTimeoutMs: 2_000,
    lockTimeoutMs: 1_000,
  });

/** A schedule that was due at one moment and will not be again. */
const once = (id: string, type: 'full' | 'incr', dueAt: Date): TimedSchedule => {
  const times: DueTimes = {
    next: () => undefined,
    previous: (instant) => (instant >= dueAt ? dueAt : undefined),
  };
  const missed = { policy: 'run-once', withinHours: 24 } as const;
  return { id, type, cron: '', timeZone: 'UTC', repos: [1], missed, times };
};

const member = async (schedules: readonly TimedSchedule[]) => {
  const clock = systemClock;
  const watch = createRoleWatch({
    patroni: { member: async () => ({ role, timeline: 1 }) },
    server: server(),
    clock,
  });
  const repositories = createRepositoryWatch({ repository: repository(), configured: [1], clock });
  await Promise.all([watch.ask(quiet()), repositories.read(quiet())]);
  const loop = new BackupLoop({
    ...{ timed: schedules, repositories, clock, role: watch, repository: repository(), member: 'pg-0' },
    initialBackup: true,
    retry: { initialMs: 1_000, maxMs: 10_000 },
    random: () => 0.5,
    logger: createLogger('test', { level: 'silent' }),
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  return { loop, repositories };
};

describe('the backup loop on a real PostgreSQL and a real repository', () => {
  it('does nothing on a replica', async () => {
    role = 'replica';
    const { loop } = await member([once('nightly', 'full', new Date())]);
    await loop.cycle(quiet());
    expect(outcomes).toEqual([]);
  });

  it('on the primary creates the stanza and gives an empty repository its first full backup', async () => {
    const { loop, repositories } = await member([once('nightly', 'incr', new Date())]);
    await loop.cycle(quiet());
    expect(outcomes.map(({ scheduleId, type, outcome }) => [scheduleId, type, outcome])).toEqual([
      ['initial', 'full', 'done'],
      ['nightly', 'incr', 'absorbed'],
    ]);
    const [backup] = repositories.views()[0]?.backups ?? [];
    expect(backup?.label).toBe(outcomes[0]?.label);
    expect(backup?.annotations).toMatchObject({ 'howdah-schedule': 'initial', 'howdah-member': 'pg-0' });
  });

  it('takes what is due, once', async () => {
    const { loop } = await member([once('hourly', 'incr', new Date())]);
    await loop.cycle(quiet());
    await loop.cycle(quiet());
    expect(outcomes.map(({ type, outcome }) => [type, outcome])).toEqual([['incr', 'done']]);
    expect(outcomes[0]?.label).toMatch(/F_.*I$/);
  });

  it('takes nothing for what another member has taken meanwhile', async () => {
    const dueAt = new Date();
    const { loop: here } = await member([once('hourly', 'incr', dueAt)]);
    const { loop: there } = await member([once('hourly', 'incr', dueAt)]);
    await here.cycle(quiet());
    // Its own look at the repository is from before.
    expect(there.dues()).toHaveLength(1);
    await there.cycle(quiet());
    expect(outcomes).toHaveLength(1);
  });

  it('stops the backup when the role is lost, and takes it when it is primary again', async () => {
    const { loop, repositories } = await member([once('nightly', 'full', new Date())]);
    const before = repositories.views()[0]?.backups.length;
    const run = loop.cycle(quiet());
    while (loop.running?.pid === undefined) await systemClock.sleep(5, quiet());
    const lostAt = Date.now();
    role = 'replica';
    await run;
    expect(Date.now() - lostAt).toBeLessThan(3_000);
    expect(outcomes).toMatchObject([{ outcome: 'aborted', reason: 'this member is replica now' }]);
    expect(repositories.info()?.backupLock.held).toBe(false);
    expect(repositories.views()[0]?.backups).toHaveLength(before ?? 0);

    role = 'primary';
    const { loop: again } = await member([once('nightly', 'full', loop.dues()[0]?.dueAt ?? new Date(0))]);
    await again.cycle(quiet());
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['aborted', 'done']);
  });

  it('calls a run failed with pgBackRest’s words, and tries again only after a while', async () => {
    const { loop } = await member([once('nightly', 'full', new Date())]);
    await test().server.query('ALTER ROLE howdah_backup NOLOGIN');
    try {
      expect(await loop.cycle(quiet())).toBe(0);
      expect(outcomes).toMatchObject([{ outcome: 'failed' }]);
      expect(outcomes[0]?.reason).toContain('not permitted to log in');
      expect(await loop.cycle(quiet())).toBeGreaterThan(0);
      expect(outcomes).toHaveLength(1);
    } finally {
      await test().server.query('ALTER ROLE howdah_backup LOGIN');
    }
  });
});

describe('PostgreSQL asked as the agents’ role', () => {
  it('says that it is not in recovery, and on which timeline', async () => {
    expect(await server().recovery(quiet())).toEqual({ inRecovery: false, timeline: 1 });
  });

  it('says how far it is archived', async () => {
    const word = await server().archiver(quiet());
    expect(word).toMatchObject({ segmentBytes: 16 * 1024 * 1024 });
    expect(word.currentLsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    expect(word.lastArchivedWal).toMatch(/^[0-9A-F]{24}/);
    expect(Date.now() / 1000 - (word.lastArchivedAt ?? 0)).toBeLessThan(120);
  });
});
