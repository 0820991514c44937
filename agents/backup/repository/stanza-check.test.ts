import { createLogger } from '@howdah/runtime/logger';
import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import type { RoleView } from '../role/gate.ts';
import { viewOf } from '../testing/samples.ts';
import { StanzaCheck } from './stanza-check.ts';
import type { RepositoryView } from './views.ts';

const quiet = new AbortController().signal;
const database = { databaseId: 1, postgresVersion: '15', systemIdentifier: '7' };
const ours: RepositoryView = viewOf([], { database, stanza: { kind: 'ours' } });

const start = (views: readonly RepositoryView[] = [ours]) => {
  const clock = fakeClock('2026-03-01T00:00:00Z');
  const state = {
    views,
    role: { role: 'primary', source: 'patroni', timeline: 1 } as RoleView,
    fails: undefined as string | undefined,
    hangs: false,
    checks: 0,
  };
  const check = new StanzaCheck({
    repositories: { views: () => state.views },
    role: { view: () => state.role, ask: async () => state.role },
    repository: {
      checkStanza: (signal) => {
        state.checks += 1;
        if (state.hangs)
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        return state.fails === undefined ? Promise.resolve() : Promise.reject(new Error(state.fails));
      },
    },
    retry: { initialMs: 10_000, maxMs: 60_000 },
    random: () => 0.999,
    ...{ clock, logger: createLogger('test', { level: 'silent' }) },
  });
  return { check, clock, state, look: () => check.look(quiet) };
};

describe('pgbackrest check', () => {
  it('is run once on a primary, and its end is told', async () => {
    const { check, look, state, clock } = start();
    await look();
    await look();
    expect(state.checks).toBe(1);
    expect(check.last).toEqual({ at: clock.now() });
  });

  it('is not run on a replica, nor while a stanza is missing, refused or to be upgraded', async () => {
    const refused = { kind: 'refused', because: 'another cluster’s', foreign: true } as const;
    for (const view of [
      viewOf([], { stanzaMissing: true }),
      { ...ours, stanza: refused },
      { ...ours, stanza: { kind: 'upgrade' } as const },
    ]) {
      const { look, state } = start([view]);
      await look();
      expect(state.checks).toBe(0);
    }
    const { look, state } = start();
    state.role = { role: 'replica', source: 'patroni' };
    await look();
    expect(state.checks).toBe(0);
  });

  it('is run again for another stanza, and by who becomes primary again', async () => {
    const { check, look, state } = start();
    await look();
    state.views = [{ ...ours, database: { ...database, databaseId: 2 } }];
    await look();
    expect(state.checks).toBe(2);
    state.role = { role: 'replica', source: 'patroni' };
    await look();
    expect(check.last).toBeUndefined();
    state.role = { role: 'primary', source: 'patroni', timeline: 3 };
    await look();
    expect(state.checks).toBe(3);
  });

  it('is tried again with growing waits when it fails, which is told', async () => {
    const { check, look, state, clock } = start();
    state.fails = 'WAL segment was not archived';
    await look();
    expect(check.last).toMatchObject({ reason: 'WAL segment was not archived' });
    await clock.advance(9_000);
    await look();
    expect(state.checks).toBe(1);
    await clock.advance(1_000);
    state.fails = undefined;
    await look();
    expect(state.checks).toBe(2);
    expect(check.last).not.toHaveProperty('reason');
  });

  it('is stopped when the role is lost, which is no failure', async () => {
    const { check, look, state, clock } = start();
    state.hangs = true;
    const looking = look();
    await clock.advance(500);
    state.role = { role: 'replica', source: 'patroni' };
    await clock.advance(1_000);
    await looking;
    expect(check.last).toBeUndefined();
  });
});
