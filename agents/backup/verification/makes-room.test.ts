import { createLogger } from '@howdah/runtime/logger';
import { fakeClock } from '@howdah/testing/fake-clock';
import { expect, it } from 'vitest';
import { BackupLoop } from '../loop.ts';
import type { Expiration } from '../model.ts';
import { createStanzaWatch } from '../repository/stanza-watch.ts';
import { createRepositoryWatch } from '../repository/watch.ts';
import { createRoleWatch } from '../role/watch.ts';
import { journalsOf } from '../testing/journals.ts';
import { at, backupOf, infoOf, scheduleOf } from '../testing/samples.ts';
import { memoryOf } from '../testing/stanza-memory.ts';
import type { DueVerify } from './due.ts';

const quiet = new AbortController().signal;

/** The loop of a primary at 00:50, whose nightly full is due at 01:00, and that always has something to verify. */
const primary = async () => {
  const clock = fakeClock('2026-03-02T00:50:00Z');
  const backups = [backupOf('full', at('01T01:00'))];
  const state = { locked: false, fails: false, expiration: undefined as Expiration | undefined };
  const repository = {
    info: async () => infoOf({ backupLock: { held: state.locked }, backups: [...backups] }),
    reach: async () => undefined,
    createStanza: async () => undefined,
    upgradeStanza: async () => undefined,
    backup: async () => {
      if (state.fails) throw new Error('disk full');
      backups.push(backupOf('full', clock.now()));
    },
    expire: async () => undefined,
  };
  const server = {
    recovery: async () => ({ inRecovery: false, timeline: 1 }),
    cluster: async () => ({ systemIdentifier: '1', majorVersion: 15 }),
  };
  const role = createRoleWatch({
    patroni: { member: async () => ({ role: 'primary', timeline: 1 }) },
    ...{ server, clock },
  });
  const logger = createLogger('test', { level: 'silent' });
  const stanzas = createStanzaWatch({
    repositories: createRepositoryWatch({ repository, configured: [1], clock }),
    ...{ server, volumes: new Map(), memory: memoryOf(), others: async () => [], clock, logger },
  });
  const { repositories } = stanzas;
  await Promise.all([role.ask(quiet), repositories.read(quiet)]);
  const told: { urgent: (() => string | undefined) | undefined } = { urgent: undefined };
  const due: DueVerify = { schedule: 'verify', repo: 1, dueAt: at('02T00:30') };
  const loop = new BackupLoop({
    ...{ role, repositories, stanzas, repository, clock, journals: journalsOf(clock), timed: [scheduleOf()] },
    expirations: { next: () => state.expiration, take: async () => undefined },
    verifications: {
      next: () => due,
      take: async (_, moreUrgent) => {
        told.urgent = moreUrgent;
      },
    },
    ...{ initialBackup: true, retry: { initialMs: 30_000, maxMs: 1_800_000 }, member: 'pg-0' },
    ...{ random: () => 0.999, logger, onOutcome: () => undefined },
  });
  return {
    ...{ clock, state, repositories },
    /** What a verify that was begun in this cycle is told; undefined when none was. */
    cycle: async (): Promise<(() => string | undefined) | undefined> => {
      told.urgent = undefined;
      await role.ask(quiet);
      await loop.cycle(quiet);
      return told.urgent;
    },
  };
};

it('a verify is begun while nothing is due, and told as soon as a backup is', async () => {
  const { clock, cycle } = await primary();
  const moreUrgent = await cycle();
  expect(moreUrgent?.()).toBeUndefined();
  await clock.advance(10 * 60_000);
  expect(moreUrgent?.()).toBe('a backup is due');
  // The backup is taken first.
  expect(await cycle()).toBeUndefined();
  expect(await cycle()).toBeDefined();
});

it('none is begun between the tries of a backup that fails', async () => {
  const { clock, state, cycle } = await primary();
  state.fails = true;
  await clock.advance(10 * 60_000);
  expect(await cycle()).toBeUndefined();
  expect(await cycle()).toBeUndefined();
});

it('it makes room for what a person runs by hand, and for an expiration that was asked for', async () => {
  const { clock, state, repositories, cycle } = await primary();
  const moreUrgent = await cycle();
  state.expiration = { id: 'now', repos: [1], at: clock.now(), withinHours: 1 };
  expect(moreUrgent?.()).toBe('an expiration was asked for');
  state.expiration = undefined;
  state.locked = true;
  await repositories.read(quiet);
  expect(moreUrgent?.()).toBe('another pgBackRest command runs here');
  expect(await cycle()).toBeUndefined();
});
