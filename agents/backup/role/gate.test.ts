import { describe, expect, it } from 'vitest';
import { judgeRole, mayGoOn, mayStart, type RoleEvidence } from './gate.ts';

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
