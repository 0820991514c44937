import { describe, expect, it } from 'vitest';
import { type Claimant, decideClaim } from './decide.ts';
import type { Entry } from './entry.ts';

const entryOf = (more: Partial<Entry> = {}): Entry => ({
  format: 1,
  ...{ schedule: 'nightly', due: '2026-03-01T01:00:00.000Z', type: 'full', repo: 1, attempt: 1 },
  ...{ absorbs: [], member: 'pg-0', agent: 'first', timeline: 3 },
  ...{ startedAt: '2026-03-01T01:00:01.000Z', beatAt: '2026-03-01T01:00:01.000Z' },
  ...more,
});
const ended = (outcome: 'done' | 'failed' | 'aborted') => ({
  ended: { at: '2026-03-01T01:10:00.000Z', outcome, ...(outcome === 'done' ? { label: 'L' } : {}) },
});
const me = (more: Partial<Claimant> = {}): Claimant => ({
  ...{ member: 'pg-1', agent: 'other', timeline: 3 },
  ...more,
});
const decide = (newest: Entry | undefined, claimant = me(), silentForMs = 0, again = false) =>
  decideClaim(newest, claimant, silentForMs, again);

describe('a due time', () => {
  it('is free where nobody has been at it, and after an attempt that came to nothing', () => {
    expect(decide(undefined).kind).toBe('free');
    expect(decide(entryOf(ended('failed'))).kind).toBe('free');
    expect(decide(entryOf(ended('aborted'))).kind).toBe('free');
  });

  it('that was done is never done again, whatever became of the backup; but for the first full one', () => {
    expect(decide(entryOf(ended('done')))).toEqual({ kind: 'settled', label: 'L' });
    expect(decide(entryOf(ended('done')), me(), 0, true).kind).toBe('free');
  });

  it('that a person has stopped is begun by nobody; but for the first full backup, of which there is one name', () => {
    const { at } = ended('aborted').ended;
    const stopped = entryOf({ ended: { at, outcome: 'aborted', reason: 'by me', cancelled: true } });
    expect(decide(stopped)).toEqual({ kind: 'cancelled', because: 'by me' });
    expect(decide(stopped, me({ timeline: 4 }))).toEqual({ kind: 'cancelled', because: 'by me' });
    expect(decide(stopped, me(), 0, true).kind).toBe('free');
  });

  it('is held by another member of the same timeline that gives signs of life, and told by its name', () => {
    expect(decide(entryOf(), me(), 59_999)).toMatchObject({
      kind: 'held',
      by: 'pg-0',
      because: expect.stringContaining('pg-0'),
    });
    expect(decide(entryOf({ timeline: undefined }), me(), 0).kind).toBe('held');
  });

  it('is taken over from one that is silent for a minute', () => {
    expect(decide(entryOf(), me(), 60_000)).toMatchObject({
      kind: 'take-over',
      because: 'pg-0 gave no sign of life for 60 s',
    });
  });

  it('is taken over at once by the primary of a newer timeline, and never by one of an older', () => {
    expect(decide(entryOf(), me({ timeline: 4 })).kind).toBe('take-over');
    expect(decide(entryOf(), me({ timeline: 2 }), 3_600_000)).toMatchObject({ kind: 'held', by: 'pg-0' });
  });

  it('is taken over at once from agents of the same member that are no more, and not from oneself', () => {
    expect(decide(entryOf(), me({ member: 'pg-0' })).kind).toBe('take-over');
    expect(decide(entryOf(), me({ member: 'pg-0', agent: 'first' }), 120_000).kind).toBe('held');
  });
});
