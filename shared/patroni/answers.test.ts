import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  clusterAnswer,
  dynamicConfigAnswer,
  historyAnswer,
  leaderAnswer,
  lockIn,
  memberAnswer,
} from './answers.ts';

const recorded = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`testdata/${name}.json`, import.meta.url), 'utf8'));

describe('what a member says of itself', () => {
  it('names a primary with its timeline and version', async () => {
    expect(memberAnswer.parse(await recorded('patroni-4.1-primary'))).toEqual({
      name: 'pg-0',
      scope: 'h6',
      role: 'primary',
      state: 'running',
      timeline: 1,
      pendingRestart: false,
      serverVersionNum: 150018,
      startedAt: '2026-11-21 09:14:13.235508+00:00',
      paused: false,
    });
  });

  it('has neither timeline nor version while the member is being made', async () => {
    expect(memberAnswer.parse(await recorded('patroni-4.1-uninitialized'))).toEqual({
      name: 'pg-1',
      scope: 'h6',
      role: 'uninitialized',
      state: 'creating replica',
      pendingRestart: false,
      paused: false,
    });
  });

  it('says that a restart is pending', async () => {
    expect(memberAnswer.parse(await recorded('patroni-4.1-pending-restart')).pendingRestart).toBe(true);
  });

  it('takes Patroni 3’s word for a primary, and no timeline for a null one', () => {
    const patroni = { name: 'a', scope: 's' };
    expect(memberAnswer.parse({ state: 'running', role: 'master', timeline: null, patroni })).toMatchObject({
      role: 'primary',
    });
  });

  it('does not take a role in between for either', () => {
    const patroni = { name: 'a', scope: 's' };
    for (const role of ['promoted', 'demoted'])
      expect(memberAnswer.parse({ state: 'running', role, patroni }).role).toBe('unknown');
  });
});

describe('the leader lock', () => {
  it.each([
    ['primary', 'primary', 'held'],
    ['replica', 'replica', 'absent'],
    ['standby-leader', 'standby_leader', 'held'],
    ['standby-leader-no-store', 'standby_leader', 'absent'],
    ['failsafe', 'primary', 'held'],
    ['paused', 'primary', 'held'],
    ['paused-promoted-by-hand', 'primary', 'absent'],
    ['paused-stopped', 'primary', 'absent'],
    ['paused-taken', 'primary', 'held'],
    ['paused-no-store', 'primary', 'unproven'],
  ])('as Patroni answered, %s: role %s, lock %s', async (name, role, lock) => {
    const answers = (await recorded('leader-4.1')) as Record<string, { status: number; body: unknown }>;
    const { status = 0, body } = answers[name] ?? {};
    const word = leaderAnswer.parse(body);
    expect([word.member.role, lockIn(status, word)]).toEqual([role, lock]);
  });
});

describe('the list of the cluster’s members', () => {
  it('gives each with role, address and lag', async () => {
    const { scope, members } = clusterAnswer.parse(await recorded('cluster-4.1'));
    expect(scope).toBe('h6');
    expect(members.map(({ name, role, port, lagBytes }) => [name, role, port, lagBytes])).toEqual([
      ['pg-0', 'primary', 25430, undefined],
      ['pg-1', 'replica', 25431, 0],
      ['pg-2', 'replica', 25432, 0],
    ]);
  });

  it('knows which of them wait for a restart', async () => {
    const { members } = clusterAnswer.parse(await recorded('cluster-4.1-pending-restart'));
    expect(members.map(({ pendingRestart }) => pendingRestart)).toEqual([true, true, true]);
  });

  it('has no lag where Patroni writes that it is unknown', () => {
    const { members } = clusterAnswer.parse({
      members: [{ name: 'a', role: 'sync_standby', state: 'starting', timeline: 'unknown', lag: 'unknown' }],
    });
    expect(members).toEqual([
      { name: 'a', role: 'replica', synchronous: true, state: 'starting', pendingRestart: false },
    ]);
  });
});

describe('the history of the present timeline', () => {
  it('has each ended one with where and when the next forked off', () => {
    // As Patroni's manual has it; the time and the leader came with later versions.
    const answer = [
      [1, 25623960, 'no recovery target specified'],
      [2, 25624344, 'no recovery target specified', '2019-09-24T09:22:33+00:00', 'pg-1'],
    ];
    expect(historyAnswer.parse(answer)).toEqual([
      { timeline: 1, endLsn: 25623960n },
      { timeline: 2, endLsn: 25624344n, endedAt: '2019-09-24T09:22:33+00:00' },
    ]);
    expect(historyAnswer.parse([])).toEqual([]);
  });
});

describe('the cluster-wide configuration', () => {
  it('is read as far as agents need it', async () => {
    expect(dynamicConfigAnswer.parse(await recorded('config-4.1'))).toEqual({
      loopWaitSeconds: 5,
      usePgRewind: true,
      parameters: { max_connections: 60 },
    });
  });

  it('may have no postgresql section at all', () => {
    expect(dynamicConfigAnswer.parse({ ttl: 30 })).toEqual({
      loopWaitSeconds: 10,
      usePgRewind: false,
      parameters: {},
    });
  });
});
