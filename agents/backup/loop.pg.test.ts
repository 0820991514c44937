import { systemClock } from '@howdah/core/clock';
import type { MemberRole, RunOutcome } from '@howdah/status/backup';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Expiration } from './model.ts';
import type { TimedSchedule } from './schedule.ts';
import { loopOn } from './testing/loop-on.ts';
import { dueOnce } from './testing/samples.ts';
import { serverOn } from './testing/server-on.ts';

const quiet = () => new AbortController().signal;
const test = useRepository();

/** Patroni's word is the test's. */
let role: MemberRole;
let outcomes: RunOutcome[];
beforeEach(() => {
  role = 'primary';
  outcomes = [];
});

const member = (timed: readonly TimedSchedule[], expirations: readonly Expiration[] = []) =>
  loopOn({
    ...{ on: test(), timed, expirations, role: () => role },
    onOutcome: (outcome) => outcomes.push(outcome),
  });

describe('the backup loop on a real PostgreSQL and a real repository', () => {
  it('does nothing on a replica', async () => {
    role = 'replica';
    const { loop } = await member([dueOnce('nightly', 'full', new Date())]);
    await loop.cycle(quiet());
    expect(outcomes).toEqual([]);
  });

  it('on the primary creates the stanza and gives an empty repository its first full backup', async () => {
    const { loop, repositories } = await member([dueOnce('nightly', 'incr', new Date())]);
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
    const { loop } = await member([dueOnce('hourly', 'incr', new Date())]);
    await loop.cycle(quiet());
    await loop.cycle(quiet());
    expect(outcomes.map(({ type, outcome }) => [type, outcome])).toEqual([['incr', 'done']]);
    expect(outcomes[0]?.label).toMatch(/F_.*I$/);
  });

  it('takes nothing for what another member has taken meanwhile', async () => {
    const dueAt = new Date();
    const { loop: here } = await member([dueOnce('hourly', 'incr', dueAt)]);
    const { loop: there } = await member([dueOnce('hourly', 'incr', dueAt)]);
    await here.cycle(quiet());
    // Its own look at the repository is from before.
    expect(there.dues()).toHaveLength(1);
    await there.cycle(quiet());
    expect(outcomes).toHaveLength(1);
  });

  it('stops the backup when the role is lost, and takes it when it is primary again', async () => {
    const { loop, repositories } = await member([dueOnce('nightly', 'full', new Date())]);
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
    const { loop: again } = await member([dueOnce('nightly', 'full', loop.dues()[0]?.dueAt ?? new Date(0))]);
    await again.cycle(quiet());
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['aborted', 'done']);
  });

  it('expires once when it is asked to, and tells which backups went', async () => {
    const { loop, repositories, expirations } = await member(
      [],
      [{ id: 'now', repos: [1], at: new Date(), withinHours: 24 }],
    );
    const labels = () => repositories.views()[0]?.backups.map(({ label }) => label) ?? [];
    const before = labels();
    expect(before.filter((label) => label.endsWith('F')).length).toBeGreaterThan(1);
    await loop.cycle(quiet());
    const after = labels();
    expect(after.filter((label) => label.endsWith('F'))).toHaveLength(1);
    expect(expirations.runs.get('now')?.ended).toMatchObject({
      expired: before.filter((label) => !after.includes(label)),
    });
    expect(expirations.runs.get('now')?.ended).not.toHaveProperty('reason');
    expect(expirations.next()).toBeUndefined();
  });

  it('says why it could not expire, and does not try again', async () => {
    const { loop, expirations } = await member(
      [],
      [{ id: 'nowhere', repos: [9], at: new Date(), withinHours: 24 }],
    );
    await loop.cycle(quiet());
    expect(expirations.runs.get('nowhere')?.ended).toMatchObject({
      expired: [],
      reason: expect.stringMatching(/^repo9: pgbackrest expire failed: /),
    });
    expect(expirations.next()).toBeUndefined();
  });

  it('calls a run failed with pgBackRest’s words, and tries again only after a while', async () => {
    const { loop } = await member([dueOnce('nightly', 'full', new Date())]);
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
    expect(await serverOn(test().server).recovery(quiet())).toEqual({ inRecovery: false, timeline: 1 });
  });

  it('says how far it is archived', async () => {
    const word = await serverOn(test().server).archiver(quiet());
    expect(word).toMatchObject({ segmentBytes: 16 * 1024 * 1024 });
    expect(word.currentLsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    expect(word.lastArchivedWal).toMatch(/^[0-9A-F]{24}/);
    expect(Date.now() / 1000 - (word.lastArchivedAt ?? 0)).toBeLessThan(120);
  });
});
