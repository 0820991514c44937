import { createLogger } from '@howdah/runtime/logger';
import type { MemberRole } from '@howdah/status/backup';
import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import { Expirations } from './expire.ts';
import { createRepositoryWatch } from './repository/watch.ts';
import { createRoleWatch } from './role/watch.ts';
import { infoOf } from './testing/samples.ts';

const quiet = new AbortController().signal;

/** A primary that is asked to expire two repositories; pgBackRest ends when the test says so, or is stopped. */
const asked = async () => {
  const clock = fakeClock();
  const begun: { readonly repo: number; finish(): void }[] = [];
  let says: MemberRole = 'primary';
  const role = createRoleWatch({
    patroni: { member: async () => ({ role: says, timeline: 1 }) },
    server: { recovery: async () => ({ inRecovery: says !== 'primary', timeline: 1 }) },
    clock,
  });
  const repositories = createRepositoryWatch({
    ...{ repository: { info: async () => infoOf(), reach: async () => undefined }, configured: [1], clock },
  });
  await role.ask(quiet);
  const expiration = { id: 'make-room', repos: [1, 2], at: clock.now(), withinHours: 24 };
  const expirations = new Expirations({
    asked: [expiration],
    repository: {
      expire: (repo, stop) => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        stop.addEventListener('abort', () => reject(stop.reason));
        begun.push({ repo, finish: resolve });
        return promise;
      },
    },
    ...{ repositories, role, clock, logger: createLogger('test', { level: 'silent' }) },
  });
  return {
    ...{ clock, begun, expirations },
    take: () => expirations.take(expiration, quiet),
    becomes: (word: MemberRole) => {
      says = word;
    },
  };
};

describe('an expiration', () => {
  it('goes on while this member is primary, one repository after the other', async () => {
    const { take, clock, begun, expirations } = await asked();
    const taken = take();
    await clock.advance(60_000);
    begun[0]?.finish();
    await clock.advance(0);
    begun[1]?.finish();
    await taken;
    expect(begun.map(({ repo }) => repo)).toEqual([1, 2]);
    expect(expirations.runs.get('make-room')?.ended).toMatchObject({ at: clock.now(), expired: [] });
    expect(clock.sleepers).toBe(0);
  });

  it('is stopped within a second when the role is lost, and no other repository is begun', async () => {
    const { take, clock, begun, expirations, becomes } = await asked();
    const taken = take();
    await clock.advance(10_000);
    becomes('replica');
    await clock.advance(1_000);
    await taken;
    expect(begun.map(({ repo }) => repo)).toEqual([1]);
    expect(expirations.runs.get('make-room')?.ended?.reason).toMatch(/^this member is replica now/);
  });

  it('is not begun by who was primary at the last look, and left for who is', async () => {
    const { take, begun, expirations, becomes } = await asked();
    becomes('replica');
    await take();
    expect(begun).toEqual([]);
    expect(expirations.runs.size).toBe(0);
    expect(expirations.next()).toMatchObject({ id: 'make-room' });
  });
});
