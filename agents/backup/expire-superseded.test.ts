import { createLogger } from '@howdah/runtime/logger';
import type { MemberRole } from '@howdah/status/backup';
import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import { SupersededBackups } from './expire-superseded.ts';
import { markSuperseded } from './repository/mark-superseded.ts';
import { presentLine } from './repository/superseded.ts';
import { createRepositoryWatch } from './repository/watch.ts';
import { createRoleWatch } from './role/watch.ts';
import { at, backupOf, infoOf } from './testing/samples.ts';

const quiet = new AbortController().signal;
const lost = backupOf('full', at('02T01:00'), { lsnStop: '0/3000100' });
const replacing = backupOf('full', at('02T02:00'), {
  walStop: '000000020000000000000003',
  lsnStop: '0/3000200',
});
const history = [{ timeline: 1, endLsn: '0/3000080', endedAt: '2026-03-02T01:01:00.000Z' }];

/** A primary on timeline 2 with what the one before it left behind; pgBackRest ends when the test says so, or is stopped. */
const primary = async () => {
  const clock = fakeClock('2026-03-02T03:00:00Z');
  const begun: { readonly label: string | undefined; finish(): void }[] = [];
  const state = { role: 'primary' as MemberRole, inRecovery: false, backups: [lost, replacing] };
  const role = createRoleWatch({
    patroni: { member: async () => ({ role: state.role, timeline: 2 }) },
    server: { recovery: async () => ({ inRecovery: state.inRecovery, timeline: 2 }) },
    clock,
  });
  const archives = [{ repo: 1, databaseId: 1, postgresVersion: '17' }];
  const repository = {
    info: async () => infoOf({ archives, backups: [...state.backups] }),
    reach: async () => undefined,
    expire: (_: number, stop: AbortSignal, label?: string) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      stop.addEventListener('abort', () => reject(stop.reason));
      begun.push({ label, finish: resolve });
      return promise;
    },
  };
  const repositories = markSuperseded(createRepositoryWatch({ repository, configured: [1], clock }), () =>
    presentLine(role.view(), history),
  );
  await Promise.all([role.ask(quiet), repositories.read(quiet)]);
  const superseded = new SupersededBackups({
    ...{ repository, repositories, role, clock },
    retry: { initialMs: 30_000, maxMs: 1_800_000 },
    random: () => 1,
    logger: createLogger('test', { level: 'silent' }),
  });
  return { clock, begun, state, role, superseded };
};

const asked = { repo: 1, label: lost.label };

describe('a superseded backup', () => {
  it('is expired alone, by its label', async () => {
    const { superseded, begun, state, clock } = await primary();
    expect(superseded.next()).toEqual(asked);
    const expiring = superseded.expire(asked, quiet);
    await clock.advance(0);
    expect(begun.map(({ label }) => label)).toEqual([lost.label]);
    state.backups = [replacing];
    begun[0]?.finish();
    await expiring;
    expect(superseded.next()).toBeUndefined();
    expect(clock.sleepers).toBe(0);
  });

  it('stays when the role is lost, within a second', async () => {
    const { superseded, begun, state, clock } = await primary();
    const expiring = superseded.expire(asked, quiet);
    await clock.advance(500);
    state.role = 'replica';
    await clock.advance(1_000);
    await expiring;
    expect(begun).toHaveLength(1);
    expect(superseded.next()).toBeUndefined();
  });

  it.each([
    ['the role was lost since the last look', { role: 'replica' }],
    ['PostgreSQL is in recovery', { inRecovery: true }],
    ['what replaced it has gone', { backups: [lost] }],
    ['it has gone', { backups: [replacing] }],
  ] as const)('is not touched when %s', async (_, change) => {
    const { superseded, begun, state } = await primary();
    Object.assign(state, change);
    await superseded.expire(asked, quiet);
    expect(begun).toEqual([]);
  });

  it('that cannot be expired is tried again after a wait', async () => {
    const { superseded, begun, clock, role } = await primary();
    const expiring = superseded.expire(asked, quiet);
    await clock.advance(0);
    begun[0]?.finish();
    await expiring;
    expect(superseded.next()).toBeUndefined();
    await clock.advance(30_000);
    await role.ask(quiet);
    expect(superseded.next()).toEqual(asked);
  });

  it('is none while Patroni is silent', async () => {
    const { superseded, clock } = await primary();
    await clock.advance(10_000);
    expect(superseded.next()).toBeUndefined();
  });
});
