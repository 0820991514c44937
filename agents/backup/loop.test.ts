import { HowdahError } from '@howdah/core/errors';
import { pgbackrestErrors } from '@howdah/pgbackrest/errors';
import { createLogger } from '@howdah/runtime/logger';
import type { RunOutcome } from '@howdah/status/backup';
import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import { BackupLoop } from './loop.ts';
import type { JournalStore } from './ports.ts';
import { createStanzaWatch } from './repository/stanza-watch.ts';
import { createRepositoryWatch } from './repository/watch.ts';
import { createRoleWatch } from './role/watch.ts';
import { type Timed, timedRequest } from './schedule.ts';
import { journalPrefix, journalsOf } from './testing/journals.ts';
import { memoryJournalStore } from './testing/memory-journal-store.ts';
import { at, backupOf, infoOf, scheduleOf } from './testing/samples.ts';
import { memoryOf } from './testing/stanza-memory.ts';

const quiet = new AbortController().signal;
const ok = { code: 0, message: 'ok' };
const noStanza = { code: 3, message: 'missing stanza data' };
const old = new Date('2026-02-27T01:00:00Z');

/** A primary at 02:00 with a nightly full due since 01:00 in both repositories; what fails is the test's. */
const primary = async (
  fails: { backup?: boolean | Error; stanza?: boolean; locked?: boolean } = {},
  journal?: {
    readonly store?: JournalStore | readonly JournalStore[];
    readonly member?: string;
    readonly timed?: readonly Timed[];
  },
) => {
  const clock = fakeClock('2026-03-01T02:00:00Z');
  const backups = [backupOf('full', old), backupOf('full', old, { repo: 2 })];
  const outcomes: RunOutcome[] = [];
  const asked = { stanza: 0, backup: 0 };
  const state = { fails, hold: false, isPrimary: true, silentLooks: 0 };
  const repository = {
    info: async () => {
      if (asked.backup > 0 && state.silentLooks-- > 0) throw new Error('no answer');
      return infoOf({
        backupLock: { held: state.fails.locked ?? false },
        repositories: [
          { repo: 1, cipher: 'none', status: ok },
          { repo: 2, cipher: 'none', status: state.fails.stanza ? noStanza : ok },
        ],
        backups: [...backups],
      });
    },
    reach: async () => undefined,
    createStanza: async () => {
      asked.stanza += 1;
      if (state.fails.stanza) throw new Error('permission denied');
    },
    backup: async ({ repo, type }: { repo: number; type: 'full' | 'diff' | 'incr' }, signal: AbortSignal) => {
      asked.backup += 1;
      if (state.hold)
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      if (state.fails.backup) throw state.fails.backup === true ? new Error('disk full') : state.fails.backup;
      backups.push(backupOf(type, clock.now(), { repo }));
    },
    upgradeStanza: async () => undefined,
    expire: async () => undefined,
  };
  const role = createRoleWatch({
    patroni: { member: async () => ({ role: state.isPrimary ? 'primary' : 'replica', timeline: 1 }) },
    server: { recovery: async () => ({ inRecovery: false, timeline: 1 }) },
    clock,
  });
  const logger = createLogger('test', { level: 'silent' });
  const stanzas = createStanzaWatch({
    repositories: createRepositoryWatch({ repository, configured: [1, 2], clock }),
    server: { cluster: async () => ({ systemIdentifier: '1', majorVersion: 15 }) },
    ...{ volumes: new Map(), memory: memoryOf(), others: async () => [], clock, logger },
  });
  const { repositories } = stanzas;
  await Promise.all([role.ask(quiet), repositories.read(quiet)]);
  const loop = new BackupLoop({
    ...{ role, repositories, stanzas, repository, clock, logger },
    journals: journalsOf(clock, journal?.store, journal?.member),
    timed: journal?.timed ?? [scheduleOf({ repos: [1, 2] })],
    expirations: { next: () => undefined, take: async () => undefined },
    initialBackup: true,
    retry: { initialMs: 30_000, maxMs: 1_800_000 },
    member: 'pg-0',
    random: () => 0.999,
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  const cycle = async () => {
    await role.ask(quiet);
    return loop.cycle(quiet);
  };
  const told = () => outcomes.map(({ repo, outcome }) => `repo${repo} ${outcome}`);
  return { loop, outcomes, clock, cycle, told, asked, state };
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

  it('begins one while the journal of another repository hangs', async () => {
    const { store } = memoryJournalStore();
    const silent = { ...store, list: () => new Promise<never>(() => undefined) };
    const { cycle, told } = await primary({}, { store: [store, silent] });
    expect(await cycle()).toBe(0);
    expect(told()).toEqual(['repo1 done']);
  });

  it('looks again for a backup whose store does not answer, before it tells it as failed', async () => {
    const { cycle, clock, state, told } = await primary();
    state.silentLooks = 2;
    const cycled = cycle();
    await clock.advance(10_000);
    await clock.advance(10_000);
    await cycled;
    expect(told()).toEqual(['repo1 done']);
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

describe('the loop with a run journal', () => {
  const nightly = [scheduleOf()];
  const key = `${journalPrefix}nightly@20260301T010000Z/0001.json`;
  const entryIn = (objects: ReadonlyMap<string, string>, name = key) => JSON.parse(objects.get(name) ?? '{}');

  it('claims what it begins, and closes it with the label that the repository shows', async () => {
    const { store, objects } = memoryJournalStore();
    const { cycle, outcomes } = await primary({}, { store, timed: nightly });
    await cycle();
    expect(entryIn(objects)).toMatchObject({
      ...{ format: 1, schedule: 'nightly', due: '2026-03-01T01:00:00.000Z', attempt: 1 },
      ...{ member: 'pg-0', timeline: 1, ended: { outcome: 'done', label: outcomes[0]?.label } },
    });
  });

  it('refuses what another member is at, names it, and tells so once', async () => {
    const { store } = memoryJournalStore();
    const never = new Promise<undefined>(() => undefined);
    const other = await primary({}, { store: { ...store, replace: () => never }, timed: nightly });
    void other.cycle();
    await other.clock.advance(0);
    const { cycle, clock, asked, outcomes } = await primary({}, { store, member: 'pg-1', timed: nightly });
    await cycle();
    expect(outcomes).toMatchObject([
      { outcome: 'refused', reason: expect.stringContaining('pg-0 is at it') },
    ]);
    expect(await cycle()).toBe(10_000);
    await clock.advance(10_000);
    await cycle();
    expect(outcomes).toHaveLength(1);
    expect(asked.backup).toBe(0);
  });

  it('keeps each attempt that failed, with its reason', async () => {
    const { store, objects } = memoryJournalStore();
    const { cycle, clock } = await primary({ backup: true }, { store, timed: nightly });
    await cycle();
    await clock.advance(30_000);
    await cycle();
    expect(entryIn(objects).ended).toMatchObject({ outcome: 'failed', reason: 'disk full' });
    expect(entryIn(objects, key.replace('0001', '0002')).ended).toMatchObject({ outcome: 'failed' });
  });

  it('begins nothing while its store is away: nobody could be kept from doing the same', async () => {
    const { store, state } = memoryJournalStore();
    const { cycle, clock, asked, outcomes } = await primary({}, { store, timed: nightly });
    state.away = true;
    await cycle();
    expect(asked.backup).toBe(0);
    expect(outcomes).toMatchObject([
      { outcome: 'failed', reason: 'the run journal could not be written: the store is away' },
    ]);
    state.away = false;
    await clock.advance(30_000);
    await cycle();
    expect(outcomes.at(-1)).toMatchObject({ outcome: 'done' });
  });

  it('gives a request up after as many attempts as it may have', async () => {
    const { store } = memoryJournalStore();
    const request = { id: 'one', type: 'full', repos: [1], at: at('01T01:30') } as const;
    const timed = [timedRequest({ ...request, withinHours: 24, attempts: 2 })];
    const { cycle, clock, asked, loop } = await primary({ backup: true }, { store, timed });
    for (let n = 0; n < 5; n += 1) {
      await cycle();
      await clock.advance(120_000);
    }
    expect(asked.backup).toBe(2);
    expect(loop.dues()).toEqual([]);
  });

  /** A primary whose backup goes on until somebody stops it. */
  const held = async (more: Parameters<typeof primary>[1]) => {
    const other = await primary({}, more);
    other.state.hold = true;
    const running = other.cycle();
    await other.clock.advance(0);
    return { ...other, running };
  };

  it('leaves alone what a person has stopped, here and on the primary that comes after', async () => {
    const { store, objects } = memoryJournalStore();
    const one = await held({ store, timed: nightly });
    expect(one.loop.cancel('by me')).toMatchObject({ run: { due: { scheduleId: 'nightly' } } });
    await one.running;
    expect(one.outcomes).toMatchObject([{ outcome: 'aborted', reason: 'by me' }]);
    expect(entryIn(objects).ended).toMatchObject({ outcome: 'aborted', reason: 'by me', cancelled: true });
    await one.cycle();
    // It has never looked into the journal: it does so before it begins anything.
    const next = await primary({}, { store, member: 'pg-1', timed: nightly });
    expect(next.loop.dues()).toHaveLength(1);
    await next.cycle();
    expect(next.loop.dues()).toEqual([]);
    expect([one.asked.backup, next.asked.backup]).toEqual([1, 0]);
  });

  it('leaves alone the smaller ones that were to be done along with it, too', async () => {
    const { store } = memoryJournalStore();
    const timed = [...nightly, scheduleOf({ id: 'hourly', type: 'incr', cron: '0 * * * *' })];
    const one = await held({ store, timed });
    one.loop.cancel('by me');
    await one.running;
    expect(one.loop.dues()).toEqual([]);
    const next = await primary({}, { store, member: 'pg-1', timed });
    await next.cycle();
    expect(next.asked.backup).toBe(0);
    await next.clock.advance(3_600_000);
    await next.cycle();
    expect(next.outcomes).toMatchObject([{ scheduleId: 'hourly', outcome: 'done' }]);
  });

  it('remembers for itself what was stopped where there is no journal', async () => {
    const one = await held({ timed: nightly });
    one.loop.cancel('by me');
    await one.running;
    await one.cycle();
    expect([one.asked.backup, one.loop.dues()]).toEqual([1, []]);
  });

  it('gives up what failed and waits for its next try, on the primary that comes after, too', async () => {
    const { store, objects } = memoryJournalStore();
    const one = await primary({ backup: true }, { store, timed: nightly });
    expect(await one.loop.giveUp('by me')).toBeUndefined();
    await one.cycle();
    expect(one.loop.waiting).toMatchObject([{ due: { scheduleId: 'nightly' }, failures: 1 }]);
    expect(await one.loop.giveUp('by me')).toMatchObject({ kind: 'given-up', waiting: { failures: 1 } });
    expect(entryIn(objects, key.replace('0001', '0002')).ended).toMatchObject({
      ...{ outcome: 'aborted', reason: 'by me', cancelled: true },
    });
    expect(one.loop.lastRun).toMatchObject({ outcome: 'aborted', reason: 'by me' });
    await one.clock.advance(60_000);
    await one.cycle();
    const next = await primary({}, { store, member: 'pg-1', timed: nightly });
    await next.cycle();
    expect([one.asked.backup, next.asked.backup]).toEqual([1, 0]);
    expect([one.loop.dues(), next.loop.dues(), one.loop.waiting]).toEqual([[], [], []]);
  });

  it('gives up the one that would be tried again next, and nothing that a replica once failed at', async () => {
    const one = await primary({ backup: true });
    await one.cycle();
    await one.clock.advance(1_000);
    await one.cycle();
    expect(await one.loop.giveUp('by me')).toMatchObject({ waiting: { due: { repo: 1 } } });
    expect(one.loop.waiting).toMatchObject([{ due: { repo: 2 } }]);
    one.state.isPrimary = false;
    await one.cycle();
    expect(one.loop.waiting).toEqual([]);
    expect(await one.loop.giveUp('by me')).toBeUndefined();
  });

  it('gives up for itself where the journal’s store is away, and says that nobody else knows', async () => {
    const { store, state } = memoryJournalStore();
    const one = await primary({ backup: true }, { store, timed: nightly });
    await one.cycle();
    state.away = true;
    expect(await one.loop.giveUp('by me')).toMatchObject({
      ...{ kind: 'given-up', problem: expect.stringContaining('the store is away') },
    });
    state.away = false;
    await one.clock.advance(60_000);
    await one.cycle();
    expect(one.asked.backup).toBe(1);
  });

  it('does not give up what another member has done', async () => {
    const { store } = memoryJournalStore();
    const one = await primary({ backup: true }, { store, timed: nightly });
    await one.cycle();
    const next = await primary({}, { store, member: 'pg-1', timed: nightly });
    await next.cycle();
    expect(await one.loop.giveUp('by me')).toMatchObject({
      kind: 'held',
      because: 'another member has done it',
    });
    expect(one.loop.lastRun).toMatchObject({ outcome: 'failed' });
  });

  it('does not give up what another member is at', async () => {
    const { store } = memoryJournalStore();
    const one = await primary({ backup: true }, { store, timed: nightly });
    await one.cycle();
    await held({ store, member: 'pg-1', timed: nightly });
    expect(await one.loop.giveUp('by me')).toMatchObject({
      ...{ kind: 'held', because: expect.stringContaining('pg-1 is at it') },
    });
    expect(one.loop.dues()).toHaveLength(1);
  });

  it('begins a due time again that was lost, not stopped', async () => {
    const { store, objects } = memoryJournalStore();
    const one = await held({ store, timed: nightly });
    one.state.isPrimary = false;
    await one.clock.advance(1_000);
    await one.running;
    expect(entryIn(objects).ended).not.toHaveProperty('cancelled');
    expect(one.loop.dues()).toHaveLength(1);
    expect(one.loop.cancel('too late')).toBeUndefined();
  });
});
