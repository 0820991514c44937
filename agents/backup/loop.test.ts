import { HowdahError } from '@howdah/core/errors';
import { pgbackrestErrors } from '@howdah/pgbackrest/errors';
import { createLogger } from '@howdah/runtime/logger';
import type { RunOutcome } from '@howdah/status/backup';
import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import { BackupLoop } from './loop.ts';
import { createRepositoryWatch } from './repository-watch.ts';
import { createRoleWatch } from './role-watch.ts';
import { backupOf, infoOf, scheduleOf } from './testing/samples.ts';

const quiet = new AbortController().signal;
const ok = { code: 0, message: 'ok' };
const noStanza = { code: 3, message: 'missing stanza data' };
const old = new Date('2026-02-27T01:00:00Z');

/** A primary at 02:00 with a nightly full due since 01:00 in both repositories; what fails is the test's. */
const primary = async (fails: { backup?: boolean | Error; stanza?: boolean; locked?: boolean } = {}) => {
  const clock = fakeClock('2026-03-01T02:00:00Z');
  const backups = [backupOf('full', old), backupOf('full', old, { repo: 2 })];
  const outcomes: RunOutcome[] = [];
  const asked = { stanza: 0, backup: 0 };
  const state = { fails };
  const repository = {
    info: async () =>
      infoOf({
        backupLock: { held: state.fails.locked ?? false },
        repositories: [
          { repo: 1, cipher: 'none', status: ok },
          { repo: 2, cipher: 'none', status: state.fails.stanza ? noStanza : ok },
        ],
        backups: [...backups],
      }),
    createStanza: async () => {
      asked.stanza += 1;
      if (state.fails.stanza) throw new Error('permission denied');
    },
    backup: async ({ repo, type }: { repo: number; type: 'full' | 'diff' | 'incr' }) => {
      asked.backup += 1;
      if (state.fails.backup) throw state.fails.backup === true ? new Error('disk full') : state.fails.backup;
      backups.push(backupOf(type, clock.now(), { repo }));
    },
  };
  const role = createRoleWatch({
    patroni: { member: async () => ({ role: 'primary', timeline: 1 }) },
    server: { recovery: async () => ({ inRecovery: false, timeline: 1 }) },
    clock,
  });
  const repositories = createRepositoryWatch({ repository, configured: [1, 2], clock });
  await Promise.all([role.ask(quiet), repositories.read(quiet)]);
  const loop = new BackupLoop({
    ...{ role, repositories, repository, clock },
    timed: [scheduleOf({ repos: [1, 2] })],
    initialBackup: true,
    retry: { initialMs: 30_000, maxMs: 1_800_000 },
    member: 'pg-0',
    random: () => 0.999,
    logger: createLogger('test', { level: 'silent' }),
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  const cycle = async () => {
    await role.ask(quiet);
    return loop.cycle(quiet);
  };
  const told = () => outcomes.map(({ repo, outcome }) => `repo${repo} ${outcome}`);
  return { loop, clock, cycle, told, asked, state };
};

describe('the loop', () => {
  it('takes one backup per cycle, one repository after the other, and none twice', async () => {
    const { cycle, told } = await primary();
    expect(await cycle()).toBe(0);
    expect(told()).toEqual(['repo1 done']);
    await cycle();
    await cycle();
    expect(told()).toEqual(['repo1 done', 'repo2 done']);
  });

  it('then waits for the next due time, and looks at least once a minute', async () => {
    const { cycle, clock } = await primary();
    await cycle();
    await cycle();
    expect(await cycle()).toBe(60_000);
    await clock.advance(23 * 3_600_000 - 20_000);
    expect(await cycle()).toBe(20_000);
  });

  it('tries again after a wait that grows, and not before', async () => {
    const { cycle, clock, asked, state, told } = await primary({ backup: true });
    await cycle();
    await cycle();
    expect(asked.backup).toBe(2);
    expect(await cycle()).toBeCloseTo(30_000, -2);
    expect(asked.backup).toBe(2);
    await clock.advance(30_000);
    await cycle();
    await cycle();
    expect(asked.backup).toBe(4);
    expect(await cycle()).toBeCloseTo(60_000, -2);
    expect(asked.backup).toBe(4);
    state.fails = {};
    await clock.advance(60_000);
    await cycle();
    expect(told().at(-1)).toBe('repo1 done');
  });

  it('tries again within seconds after what passes by itself', async () => {
    const unsettled = new HowdahError(
      pgbackrestErrors.promotionUnsettled,
      'WAL timeline 2, pg_control timeline 1',
    );
    const { clock, cycle, asked } = await primary({ backup: unsettled });
    await cycle();
    await cycle();
    expect(asked.backup).toBe(2);
    await clock.advance(2_000);
    await cycle();
    expect(asked.backup).toBe(3);
  });

  it('takes backups where the stanza is while it cannot be created elsewhere', async () => {
    const { loop, cycle, told, asked, clock } = await primary({ stanza: true });
    await cycle();
    expect(told()).toEqual(['repo1 done']);
    expect(loop.stanzaProblem).toBe('permission denied');
    expect(await cycle()).toBeCloseTo(30_000, -2);
    expect(asked.stanza).toBe(1);
    await clock.advance(30_000);
    await cycle();
    expect(asked.stanza).toBe(2);
    expect(told()).toEqual(['repo1 done']);
  });

  it('waits while somebody else’s pgBackRest runs here, looking again', async () => {
    const { cycle, asked, state } = await primary({ locked: true });
    expect(await cycle()).toBe(10_000);
    expect(asked.backup).toBe(0);
    state.fails = {};
    await cycle();
    expect(asked.backup).toBe(1);
  });
});
