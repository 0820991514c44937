import { describe, expect, it } from 'vitest';
import { type Due, dueKey } from './model.ts';
import { planNext } from './plan.ts';
import { afterFailure, afterSuccess, type Retries } from './retry.ts';
import { at, dueOf } from './testing/samples.ts';

const full = dueOf('full', at('01T01:00'));
const diff = dueOf('diff', at('01T00:00'));
const incr = dueOf('incr', at('01T00:30'));
const rule = { initialMs: 30_000, maxMs: 1_800_000 };

const plan = (dues: readonly Due[], more: { retries?: Retries; locked?: boolean } = {}) => {
  const decided = planNext({ dues, retries: new Map(), locked: false, nowMs: 0, ...more });
  return decided.kind !== 'run'
    ? `${decided.kind} ${decided.waitMs ?? 'for news'}`
    : `${dueKey(decided.run.due)}, absorbs ${decided.run.absorbs.map(dueKey).join(' ') || 'nothing'}`;
};
const failedOnce = (due: Due) => afterFailure(new Map(), dueKey(due), rule, 0, 1);

describe('the next run', () => {
  it('is none when nothing is due', () => {
    expect(plan([])).toBe('wait for news');
  });

  it('is the largest, which absorbs the smaller ones', () => {
    expect(plan([incr, full, diff])).toBe('1:full-schedule, absorbs 1:incr-schedule 1:diff-schedule');
    expect(plan([incr, diff])).toBe('1:diff-schedule, absorbs 1:incr-schedule');
  });

  it('is one for two schedules of the same type, that of the earlier due time', () => {
    const other = dueOf('full', at('01T00:00'), { scheduleId: 'weekly' });
    expect(plan([full, other])).toBe('1:weekly, absorbs 1:full-schedule');
  });

  it('absorbs nothing of another repository, and begins with the one that has waited longest', () => {
    const elsewhere = dueOf('incr', at('01T00:10'), { repo: 2 });
    expect(plan([full, elsewhere])).toBe('2:incr-schedule, absorbs nothing');
    expect(plan([full, { ...elsewhere, dueAt: at('01T02:00') }])).toBe('1:full-schedule, absorbs nothing');
  });

  it('waits while another pgBackRest command runs on this host', () => {
    expect(plan([full], { locked: true })).toBe('locked 10000');
  });
});

describe('after a failure', () => {
  it('waits for the next try', () => {
    expect(plan([full], { retries: failedOnce(full) })).toBe('wait 30000');
  });

  it('lets the smaller ones go on', () => {
    expect(plan([full, incr], { retries: failedOnce(full) })).toBe('1:incr-schedule, absorbs nothing');
  });

  it('is absorbed by a larger one all the same', () => {
    expect(plan([full, incr], { retries: failedOnce(incr) })).toBe(
      '1:full-schedule, absorbs 1:incr-schedule',
    );
  });

  it('waits longer each time, up to a limit, and forgets with success', () => {
    let retries: Retries = new Map();
    const waits = Array.from({ length: 9 }, () => {
      retries = afterFailure(retries, 'k', rule, 0, 1);
      return (retries.get('k')?.notBeforeMs ?? 0) / 1000;
    });
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1_800, 1_800, 1_800]);
    expect(afterSuccess(retries, ['k']).size).toBe(0);
  });

  it('a hundred schedules due at once end in one run', () => {
    const many = Array.from({ length: 100 }, (_, index) =>
      dueOf('incr', at('01T00:00'), { scheduleId: `s${index}` }),
    );
    const decided = planNext({ dues: many, retries: new Map(), locked: false, nowMs: 0 });
    expect(decided).toMatchObject({ kind: 'run' });
    expect(decided.kind === 'run' && decided.run.absorbs).toHaveLength(99);
  });
});
