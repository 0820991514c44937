import { describe, expect, it } from 'vitest';
import { agrees, judgeRole, mayGoOn, mayStart, type RoleEvidence } from './gate.ts';

const now = 100_000;
const patroni = (
  role: 'primary' | 'replica' | 'standby_leader' | 'uninitialized' | 'unknown',
  ageMs: number,
) => ({
  patroni: { role, timeline: 4, atMs: now - ageMs },
});
const postgres = (inRecovery: boolean, ageMs: number, timeline = 4) => ({
  postgres: { inRecovery, ...(inRecovery ? {} : { timeline }), atMs: now - ageMs },
});

describe('the role', () => {
  it.each<[string, RoleEvidence, string, string]>([
    ['Patroni’s word is taken', patroni('primary', 0), 'primary', 'patroni'],
    ['a failed answer changes nothing', patroni('primary', 4_999), 'primary', 'patroni'],
    [
      'Patroni’s word wins over PostgreSQL’s',
      { ...patroni('replica', 1_000), ...postgres(false, 0) },
      'replica',
      'patroni',
    ],
    [
      'after 5 s PostgreSQL decides',
      { ...patroni('primary', 5_001), ...postgres(true, 0) },
      'replica',
      'postgres',
    ],
    ['and may say primary', { ...patroni('replica', 5_001), ...postgres(false, 0) }, 'primary', 'postgres'],
    ['the last word holds while neither answers', patroni('primary', 14_999), 'primary', 'held'],
    ['be it PostgreSQL’s', { ...patroni('primary', 14_000), ...postgres(true, 6_000) }, 'replica', 'held'],
    [
      'after 15 s nothing is known',
      { ...patroni('primary', 15_001), ...postgres(false, 15_001) },
      'unknown',
      'nobody',
    ],
    ['nobody has answered yet', {}, 'unknown', 'nobody'],
    ['without Patroni PostgreSQL’s word serves', postgres(false, 1_000), 'primary', 'postgres'],
    ['a standby leader is no primary', patroni('standby_leader', 0), 'standby_leader', 'patroni'],
  ])('%s', (_, evidence, role, source) => {
    expect(judgeRole(evidence, now)).toMatchObject({ role, source });
  });
});

const view = (evidence: RoleEvidence) => judgeRole(evidence, now);

describe('a run may start', () => {
  it.each<[boolean, string, RoleEvidence, number | undefined]>([
    [true, 'on the primary', patroni('primary', 0), 4],
    [true, 'where PostgreSQL alone says so', postgres(false, 0), 4],
    [true, 'where the repository is still empty', postgres(false, 0), undefined],
    [false, 'on a replica', patroni('replica', 0), 4],
    [false, 'on a standby leader', patroni('standby_leader', 0), 4],
    [false, 'on a member that is being made', patroni('uninitialized', 0), 4],
    [false, 'while it is being promoted or demoted', patroni('unknown', 0), 4],
    [false, 'on an old word', patroni('primary', 6_000), 4],
    [false, 'when nobody answers', {}, 4],
    [false, 'on a former primary: the repository has a newer timeline', postgres(false, 0, 3), 4],
  ])('%s: %s', (open, _, evidence, newest) => {
    expect(mayStart(view(evidence), newest).open).toBe(open);
  });

  it('says why not', () => {
    expect(mayStart(view(patroni('replica', 0)), 4)).toEqual({
      open: false,
      because: 'this member is replica',
    });
    expect(mayStart(view(postgres(false, 0, 3)), 4)).toMatchObject({
      because: 'a former primary: timeline 3, the repository has 4',
    });
  });
});

describe('Patroni’s leader lock', () => {
  const withLock = { hasLock: true, standbyLeaderBacksUp: false };
  const without = { patroni: { ...patroni('primary', 0).patroni, withoutLock: 'not here' } };

  it('is needed to start', () => {
    expect(mayStart(judgeRole(patroni('primary', 0), now, withLock), 4).open).toBe(true);
    expect(mayStart(judgeRole(without, now, withLock), 4)).toEqual({ open: false, because: 'not here' });
  });

  it('is proven by nobody while Patroni is silent, whatever PostgreSQL says', () => {
    const evidence = { ...patroni('primary', 6_000), ...postgres(false, 0) };
    expect(mayStart(judgeRole(evidence, now, withLock), 4)).toMatchObject({
      because: expect.stringContaining('Patroni is silent'),
    });
    expect(mayGoOn(judgeRole(evidence, now, withLock), 4)).toEqual({ open: true });
  });

  it('stops nothing that was started with it, since Patroni demotes who loses it', () => {
    expect(mayGoOn(judgeRole(without, now, withLock), 4)).toEqual({ open: true });
  });
});

describe('a standby cluster', () => {
  const told = { hasLock: true, standbyLeaderBacksUp: true };
  const viewAs = (evidence: RoleEvidence) => judgeRole(evidence, now, told);

  it('is backed up only when told, by its leader alone', () => {
    expect(mayStart(view(patroni('standby_leader', 0)), 4)).toMatchObject({
      because: expect.stringContaining('role.standbyLeaderBacksUp'),
    });
    expect(mayStart(viewAs(patroni('standby_leader', 0)), 4)).toEqual({ open: true });
    expect(mayStart(viewAs(patroni('replica', 0)), 4).open).toBe(false);
    const without = { patroni: { ...patroni('standby_leader', 0).patroni, withoutLock: 'not here' } };
    expect(mayStart(viewAs(without), 4)).toMatchObject({ because: 'not here' });
  });

  it('has a leader of which PostgreSQL has to say that it is in recovery', () => {
    expect(agrees(true, 'standby_leader').open).toBe(true);
    expect(agrees(false, 'standby_leader').open).toBe(false);
    expect(agrees(true, 'primary').open).toBe(false);
  });

  it('lets a run go on while its leader is that, by PostgreSQL’s word too, and ends it with a promotion', () => {
    const silent = { ...patroni('standby_leader', 6_000), ...postgres(true, 0) };
    expect(mayGoOn(viewAs(silent), 4, 'standby_leader').open).toBe(true);
    expect(mayGoOn(viewAs(patroni('primary', 0)), 4, 'standby_leader').open).toBe(false);
    expect(mayGoOn(viewAs(patroni('replica', 0)), 4, 'replica').open).toBe(false);
  });
});

describe('a run that was started on timeline 4 may go on', () => {
  it.each<[boolean, string, RoleEvidence]>([
    [true, 'while Patroni says primary', patroni('primary', 0)],
    [true, 'while one answer is missing', patroni('primary', 3_000)],
    [true, 'while nobody has answered for 14 s', patroni('primary', 14_000)],
    [true, 'while Patroni is silent and PostgreSQL is primary on the same timeline', postgres(false, 0)],
    [false, 'when Patroni says replica', patroni('replica', 0)],
    [false, 'when Patroni says something in between', patroni('unknown', 0)],
    [
      false,
      'when Patroni is silent and PostgreSQL is in recovery',
      { ...patroni('primary', 6_000), ...postgres(true, 0) },
    ],
    [
      false,
      'when PostgreSQL is on another timeline',
      { ...patroni('primary', 6_000), ...postgres(false, 0, 5) },
    ],
    [false, 'when nobody has answered for 15 s', patroni('primary', 15_001)],
  ])('%s: %s', (open, _, evidence) => {
    expect(mayGoOn(view(evidence), 4).open).toBe(open);
  });
});
