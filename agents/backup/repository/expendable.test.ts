import { describe, expect, it } from 'vitest';
import { at, backupOf, dueOf, viewOf } from '../testing/samples.ts';
import { holdsRetention, keptInsteadOfGood, nextToExpire } from './expendable.ts';
import { onPresentLine } from './prior.ts';
import type { SeenBackup } from './views.ts';

const lsnStop = '0/3000100';
const on = (type: SeenBackup['type'], time: string, prior?: SeenBackup, more: Partial<SeenBackup> = {}) => ({
  ...backupOf(type, at(time), { lsnStop, ...(prior === undefined ? {} : { prior: prior.label }) }),
  ...more,
});
const leftBehind = { superseded: 'left-behind' } as const;

const good = on('full', '01T01:00');
const lost = on('full', '02T01:00', undefined, leftBehind);
const lostIncr = on('incr', '02T02:00', lost, leftBehind);
const replacing = on('full', '02T03:00');

const next = (...backups: readonly SeenBackup[]) => nextToExpire(viewOf(backups))?.label;

describe('the superseded backup that goes next', () => {
  it('goes once a newer one of its type or larger is there, and not before', () => {
    expect(next(good, lost)).toBeUndefined();
    expect(next(good, lost, on('incr', '02T03:00', good))).toBeUndefined();
    expect(next(good, lost, replacing)).toBe(lost.label);
  });

  it('goes after those that build on it', () => {
    expect(next(good, lost, lostIncr, replacing)).toBe(lostIncr.label);
    expect(next(good, lost, replacing)).toBe(lost.label);
  });

  it('stays while a backup of the present line builds on it', () => {
    const builds = on('incr', '02T02:30', lost);
    expect(next(good, lost, builds, replacing)).toBeUndefined();
    expect(next(good, lost, lostIncr, builds, replacing)).toBe(lostIncr.label);
  });

  it('is not replaced by one that builds on a superseded one, is damaged, or of which nobody knows where it ended', () => {
    const damaged = { ...replacing, damagedPages: true };
    const { lsnStop: _, ...unknown } = replacing;
    expect(next(good, lostIncr, on('incr', '02T02:30', lostIncr))).toBeUndefined();
    expect(next(good, lost, damaged)).toBeUndefined();
    expect(next(good, lost, unknown)).toBeUndefined();
    expect(next(good, lost, { ...replacing, databaseId: 2 })).toBeUndefined();
    expect(next(good, lost, { ...replacing, superseded: 'set-aside' })).toBeUndefined();
  });

  it('is none that was set aside, and none of a repository that does not answer', () => {
    expect(next(good, { ...lost, superseded: 'set-aside' }, replacing)).toBeUndefined();
    expect(nextToExpire(viewOf([good, lost, replacing], { reachable: false }))).toBeUndefined();
  });
});

describe('retention', () => {
  const holds = (type: SeenBackup['type'], ...backups: readonly SeenBackup[]) =>
    holdsRetention(type, viewOf(backups));

  it('waits for a superseded backup that the run replaces, or that has been', () => {
    expect(holds('full', good, lost, lostIncr)).toBe(true);
    expect(holds('incr', good, lost, replacing)).toBe(true);
    expect(holds('diff', good, on('incr', '02T01:00', good, leftBehind))).toBe(true);
  });

  it('does not wait for one that stays', () => {
    expect(holds('full', good)).toBe(false);
    expect(holds('full', good, { ...lost, superseded: 'set-aside' })).toBe(false);
    expect(holds('full', good, lost, on('incr', '02T02:30', lost))).toBe(false);
    expect(holds('incr', good, lost)).toBe(false);
  });

  it('would keep the newest full in place of good ones where that is superseded', () => {
    expect(keptInsteadOfGood(viewOf([good, lost, lostIncr]))?.label).toBe(lost.label);
    expect(keptInsteadOfGood(viewOf([good, lost, replacing]))).toBeUndefined();
    expect(keptInsteadOfGood(viewOf([]))).toBeUndefined();
  });
});

describe('what is due', () => {
  const due = (type: SeenBackup['type'], ...backups: readonly SeenBackup[]) =>
    onPresentLine(dueOf(type, at('02T04:00')), [viewOf(backups)]).type;

  it('is what was asked for where pgBackRest builds on the present line, or on nothing', () => {
    expect(due('incr', good)).toBe('incr');
    expect(due('diff', good, on('incr', '02T02:00', good, leftBehind))).toBe('diff');
    expect(due('incr', good, lost, replacing)).toBe('incr');
    expect(due('incr')).toBe('incr');
    expect(due('full', lost)).toBe('full');
  });

  it('is a diff instead of an incr where the newest full is of use, and a full where it is not', () => {
    expect(due('incr', good, on('incr', '02T02:00', good, leftBehind))).toBe('diff');
    expect(due('incr', good, lost)).toBe('full');
    expect(due('diff', good, lost)).toBe('full');
  });

  it('is larger too where what it would build on builds on a superseded one', () => {
    const builds = on('incr', '02T02:30', lost);
    expect(due('incr', good, lost, builds)).toBe('full');
    expect(due('incr', good, lost, { ...builds, references: [lost.label] })).toBe('full');
  });

  it('is what was asked for after a major upgrade, since pgBackRest then takes a full by itself', () => {
    expect(due('incr', lost, on('full', '02T03:00', undefined, { databaseId: 2 }))).toBe('incr');
  });

  it('says what it stands for', () => {
    expect(onPresentLine(dueOf('incr', at('02T04:00')), [viewOf([good, lost])])).toMatchObject({
      type: 'full',
      insteadOf: 'incr',
    });
  });
});
