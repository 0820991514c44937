import type { Fleet } from '@howdah/status/fleet';
import { describe, expect, it } from 'vitest';
import type { MemberPod } from '../observe/pods.ts';
import { lateRestart, nextRestart, type Starts, unrestarted } from './restart.ts';

const now = '2026-03-04T03:12:00.000Z';
const names = ['orders-0', 'orders-1', 'orders-2'];
const before: Starts = { 'orders-0': '01:00', 'orders-1': '01:01', 'orders-2': '01:02' };

const step = (starts: Starts, more: { only?: string; ready?: boolean; state?: string } = {}) => {
  const members = names.map((name, index) => ({
    ...{ name, role: index === 0 ? ('primary' as const) : ('replica' as const), synchronous: false },
    ...{ state: index === 0 ? 'running' : (more.state ?? 'streaming'), lagBytes: 0, pendingRestart: false },
  }));
  const fleet: Fleet = {
    ...{ now, staleAfterSeconds: 5, members: names.map((name) => ({ name, watched: true, agents: {} })) },
    cluster: { askedAt: now, answeredAt: now, answer: { paused: false, members } },
  };
  const pods = names.map((name) => ({ name, ready: more.ready ?? true }) as MemberPod);
  return nextRestart({ pods, fleet, only: more.only, before, now: starts });
};

describe('a restart', () => {
  it('takes replicas first and the primary last, each once', () => {
    expect(step(before)).toEqual({ step: 'restart', member: 'orders-2' });
    const one = { ...before, 'orders-2': '03:02' };
    expect(step(one)).toEqual({ step: 'restart', member: 'orders-1' });
    expect(step({ ...one, 'orders-1': '03:03' })).toEqual({ step: 'restart', member: 'orders-0' });
    expect(step({ 'orders-0': '03:04', 'orders-1': '03:03', 'orders-2': '03:02' })).toEqual({ step: 'done' });
  });

  it('of one member leaves the others alone', () => {
    expect(step(before, { only: 'orders-0' })).toEqual({ step: 'restart', member: 'orders-0' });
    expect(step({ ...before, 'orders-0': '03:04' }, { only: 'orders-0' })).toEqual({ step: 'done' });
  });

  it('waits for the last one before it goes on', () => {
    for (const more of [{ ready: false }, { state: 'starting' }])
      expect(step(before, more).step).toBe('wait');
    expect(step({ 'orders-0': '01:00', 'orders-1': '01:01' }).step).toBe('wait');
  });

  it('is given up after an hour, with what it waits for, so that what comes after it is done', () => {
    const startedAt = '2026-03-04T03:00:00Z';
    expect(lateRestart({ startedAt }, new Date('2026-03-04T03:59:00Z'))).toBe(false);
    expect(lateRestart({ startedAt }, new Date('2026-03-04T04:01:00Z'))).toBe(true);
    expect(unrestarted({ step: 'wait', reason: 'not every member is back' })).toMatch(
      /hour: not every member/,
    );
    expect(unrestarted({ step: 'restart', member: 'orders-1' })).toMatch(/orders-1 still waits/);
  });
});
