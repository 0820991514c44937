import { setImmediate as turn } from 'node:timers/promises';
import type { VerifyReport } from '@howdah/pgbackrest/verify-report';
import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import { createRepositoryWatch } from '../repository/watch.ts';
import { createRoleWatch } from '../role/watch.ts';
import { memoryJournalStore } from '../testing/memory-journal-store.ts';
import { at, backupOf, infoOf } from '../testing/samples.ts';
import { verificationsOn } from '../testing/verifications.ts';
import { verificationOf } from './report.ts';

const quiet = new AbortController().signal;
const full = backupOf('full', at('01T01:00'));
const sound: VerifyReport = {
  ...{ status: 'ok', archives: [], remarks: [], findings: [] },
  backups: [{ label: full.label, status: 'valid', files: 9, validFiles: 9 }],
};

/** Members over one journal, at 04:00, an hour after the nightly verify was due; what pgBackRest says is the test's. */
const cluster = () => {
  const clock = fakeClock('2026-03-02T04:00:00Z');
  const journal = memoryJournalStore();
  const state = { reachable: true, count: 0, hold: false };
  const member = async (
    name: string,
    more: { agent?: string; version?: string; forgetful?: boolean } = {},
  ) => {
    const own = { isPrimary: true, timeline: 1 };
    const repository = {
      info: async () => {
        const status = state.reachable ? { code: 0, message: 'ok' } : { code: 99, message: 'no route' };
        return infoOf({ status, repositories: [{ repo: 1, cipher: 'none', status }], backups: [full] });
      },
      reach: async () => undefined,
    };
    const repositories = createRepositoryWatch({ repository, configured: [1], clock });
    const role = createRoleWatch({
      patroni: {
        member: async () => ({ role: own.isPrimary ? 'primary' : 'replica', timeline: own.timeline }),
      },
      server: { recovery: async () => ({ inRecovery: false, timeline: own.timeline }) },
      clock,
    });
    await Promise.all([role.ask(quiet), repositories.read(quiet)]);
    const verifications = verificationsOn({
      ...{ repositories, role, clock, cron: '0 3 * * *', member: name },
      ...(more.forgetful === true ? {} : { store: journal.store }),
      ...(more.agent === undefined ? {} : { agent: more.agent }),
      ...(more.version === undefined ? {} : { version: more.version }),
      verify: async (signal) => {
        state.count += 1;
        if (state.hold)
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        return sound;
      },
    });
    const look = () => verifications.look({ timeline: own.timeline }, quiet);
    await look();
    /** As the loop does when there is nothing else to do. */
    const cycle = async (moreUrgent: () => string | undefined = () => undefined): Promise<boolean> => {
      await role.ask(quiet);
      const due = verifications.next();
      if (due !== undefined) await verifications.take(due, moreUrgent, quiet);
      return due !== undefined;
    };
    const told = () => {
      const { schedule, unavailable } = verifications;
      const known = { schedule, unavailable, repositories: verifications.views() };
      return verificationOf(known, clock.now()).verification?.repositories[0];
    };
    return { own, verifications, repositories, look, cycle, told };
  };
  /** Lets what is under way go on for so long. */
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      await turn();
      await clock.advance(1_000);
    }
    await turn();
  };
  return { clock, journal, state, member, pass };
};

describe('one due time', () => {
  it('is done once, over restarts and whoever is primary, and all tell the verdict', async () => {
    const { state, member } = cluster();
    const first = await member('pg-0');
    expect(await first.cycle()).toBe(true);
    expect(await first.cycle()).toBe(false);
    for (const other of [await member('pg-0', { agent: 'pg-0-2' }), await member('pg-1')]) {
      expect(await other.cycle()).toBe(false);
      expect(other.told()).toMatchObject({ last: { verdict: 'valid', member: 'pg-0' } });
      expect(other.told()).not.toHaveProperty('overdueSince');
    }
    expect(state.count).toBe(1);
  });

  it('is not begun while nobody can say what other members did', async () => {
    const { journal, member } = cluster();
    journal.state.away = true;
    const blind = await member('pg-0');
    expect(await blind.cycle()).toBe(false);
    expect(blind.told()?.journalFailure).toContain('away');
    journal.state.away = false;
    await blind.look();
    expect(await blind.cycle()).toBe(true);
  });

  it('is made by one of two that believe to be primary', async () => {
    const { state, member, pass } = cluster();
    state.hold = true;
    const [one, two] = [await member('pg-0'), await member('pg-1')];
    const making = one.cycle();
    await pass(2);
    expect(await two.cycle()).toBe(true);
    expect(state.count).toBe(1);
    one.verifications.stop('enough');
    await making;
  });

  it('waits for its next due time where there is no journal to tell what was before', async () => {
    const { clock, state, member } = cluster();
    const forgetful = await member('pg-0', { forgetful: true });
    expect(await forgetful.cycle()).toBe(false);
    await clock.advance(24 * 3_600_000);
    await forgetful.repositories.read(quiet);
    expect(await forgetful.cycle()).toBe(true);
    expect(state.count).toBe(1);
  });
});

describe('a verify under way', () => {
  it('makes room for a backup within a second or two, and is taken up again, three times at most', async () => {
    const { state, member, pass } = cluster();
    state.hold = true;
    const primary = await member('pg-0');
    for (const attempt of [1, 2, 3]) {
      let due: string | undefined;
      const making = primary.cycle(() => due);
      await pass(5);
      expect(primary.told()?.running).toMatchObject({ member: 'pg-0' });
      due = 'a backup is due';
      await pass(2);
      expect(await making).toBe(true);
      expect(primary.told()).toMatchObject({ lastTry: { outcome: 'aborted', reason: 'a backup is due' } });
      expect(state.count).toBe(attempt);
    }
    expect(await primary.cycle()).toBe(false);
    expect(primary.told()?.overdueSince).toBe('2026-03-02T03:00:00.000Z');
  });

  it('that a person stops is not taken up again before its next due time, by any member', async () => {
    const { clock, state, member, pass } = cluster();
    state.hold = true;
    const [one, next] = [await member('pg-0'), await member('pg-1')];
    expect(one.verifications.cancel('by me')).toBeUndefined();
    const making = one.cycle();
    await pass(2);
    expect(one.verifications.cancel('by me')).toMatchObject({ due: { schedule: 'verify', repo: 1 } });
    await pass(2);
    await making;
    expect(one.told()).toMatchObject({
      lastTry: { outcome: 'aborted', reason: 'by me' },
      overdueSince: '2026-03-02T03:00:00.000Z',
    });
    await next.look();
    expect([await one.cycle(), await next.cycle(), state.count]).toEqual([false, false, 1]);
    await clock.advance(24 * 3_600_000);
    state.hold = false;
    for (const each of [one, next]) await each.repositories.read(quiet);
    expect(await next.cycle()).toBe(true);
  });

  it('that a person asked for and stopped does for the due time before it, as a done one does', async () => {
    const { state, member, pass } = cluster();
    state.hold = true;
    const one = await member('pg-0');
    one.verifications.ask(1);
    const making = one.cycle();
    await pass(2);
    one.verifications.cancel('by me');
    await pass(2);
    await making;
    expect([await one.cycle(), state.count]).toEqual([false, 1]);
  });

  it('is stopped when the role is lost, and made anew by the next primary', async () => {
    const { state, member, pass } = cluster();
    state.hold = true;
    const [old, next] = [await member('pg-0'), await member('pg-1')];
    const making = old.cycle();
    await pass(2);
    old.own.isPrimary = false;
    await pass(3);
    await making;
    expect(old.told()?.lastTry?.reason).toBe('this member is replica now');
    state.hold = false;
    next.own.timeline = 2;
    expect(await next.cycle()).toBe(true);
    await old.look();
    expect(old.told()).toMatchObject({ last: { member: 'pg-1', verdict: 'valid' } });
    expect(old.told()).not.toHaveProperty('lastTry');
  });

  it('is taken over from a member that was lost with it', async () => {
    const { state, member, pass } = cluster();
    state.hold = true;
    const lost = await member('pg-0');
    void lost.cycle();
    await pass(2);
    state.hold = false;
    const next = await member('pg-1');
    next.own.timeline = 2;
    await next.look();
    expect(next.told()?.lastTry?.reason).toContain('began it on timeline 1');
    expect(await next.cycle()).toBe(true);
    expect(next.told()?.last?.verdict).toBe('valid');
    lost.verifications.stop('the test is over');
    await pass(2);
  });

  it('does not go on with a repository that answers no more', async () => {
    const { state, member, pass } = cluster();
    state.hold = true;
    const primary = await member('pg-0');
    const making = primary.cycle();
    await pass(2);
    state.reachable = false;
    await primary.repositories.read(quiet);
    await pass(2);
    await making;
    expect(primary.told()?.lastTry?.reason).toBe('the repository does not answer any more');
    expect(await primary.cycle()).toBe(false);
  });
});

it('is not asked of a pgBackRest that cannot, which is told', async () => {
  const { state, member } = cluster();
  const old = await member('pg-0', { version: '2.38' });
  expect(await old.cycle()).toBe(true);
  expect(await old.cycle()).toBe(false);
  expect(old.verifications.unavailable).toContain('2.38 has no verify');
  expect(state.count).toBe(0);
});

it('is made at once where a person asks for it, and does for the due time as well', async () => {
  const { state, member } = cluster();
  const primary = await member('pg-0');
  const askedAt = primary.verifications.ask(1);
  expect(primary.told()?.askedAt).toBe(askedAt.toISOString());
  expect(await primary.cycle()).toBe(true);
  expect(primary.told()).toMatchObject({ last: { dueAt: askedAt.toISOString(), verdict: 'valid' } });
  expect(await primary.cycle()).toBe(false);
  expect(state.count).toBe(1);
  // Once more within the same second.
  const again = primary.verifications.ask(1);
  expect(await primary.cycle()).toBe(true);
  expect(primary.told()?.last?.dueAt).toBe(again.toISOString());
  expect(state.count).toBe(2);
});
