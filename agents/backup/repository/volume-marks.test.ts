import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import { memoryJournalStore } from '../testing/memory-journal-store.ts';
import { graceMs, staleMs, VolumeMarks } from './volume-marks.ts';

const quiet = new AbortController().signal;
const prefix = 'howdah/main/members/';
const start = () => {
  const clock = fakeClock('2026-03-01T00:00:00Z');
  const { store, objects } = memoryJournalStore();
  const markOf = (member: string, on = store) => new VolumeMarks({ store: on, prefix, member, clock });
  return { clock, store, objects, markOf };
};

describe('the marks on a volume', () => {
  it('say that it is shared where another member has left one', async () => {
    const { markOf } = start();
    await markOf('pg-1').look('7', ['pg-0'], quiet);
    expect(await markOf('pg-0').look('7', ['pg-1', 'pg-2'], quiet)).toBe('shared');
  });

  it('are not asked for where there is no other member', async () => {
    const { markOf, objects } = start();
    expect(await markOf('pg-0').look('7', [], quiet)).toBe('shared');
    expect([...objects.keys()]).toEqual(['howdah/main/members/pg-0.json']);
  });

  it('give others a while, then say that this member is alone with it, until one of them comes', async () => {
    const { markOf, clock } = start();
    const own = markOf('pg-0');
    expect(await own.look('7', ['pg-1'], quiet)).toBe('unknown');
    await clock.advance(graceMs - 1);
    expect(await own.look('7', ['pg-1'], quiet)).toBe('unknown');
    await clock.advance(1);
    expect(await own.look('7', ['pg-1'], quiet)).toBe('alone');
    await markOf('pg-1').look('7', ['pg-0'], quiet);
    expect(await own.look('7', ['pg-1'], quiet)).toBe('shared');
  });

  it('of another cluster do not count', async () => {
    const { markOf } = start();
    await markOf('pg-1').look('8', ['pg-0'], quiet);
    expect(await markOf('pg-0').look('7', ['pg-1'], quiet)).toBe('unknown');
  });

  it('of a member that sees the volume no more count no more after an hour', async () => {
    const { markOf, clock } = start();
    await markOf('pg-1').look('7', ['pg-0'], quiet);
    const own = markOf('pg-0');
    expect(await own.look('7', ['pg-1'], quiet)).toBe('shared');
    await clock.advance(staleMs);
    expect(await own.look('7', ['pg-1'], quiet)).toBe('unknown');
    await clock.advance(graceMs);
    expect(await own.look('7', ['pg-1'], quiet)).toBe('alone');
  });

  it('are renewed now and then, and not at each look', async () => {
    const { markOf, clock, objects } = start();
    const own = markOf('pg-0');
    await own.look('7', [], quiet);
    const first = objects.get(`${prefix}pg-0.json`);
    await clock.advance(60_000);
    await own.look('7', [], quiet);
    expect(objects.get(`${prefix}pg-0.json`)).toBe(first);
    await clock.advance(600_000);
    await own.look('7', [], quiet);
    expect(objects.get(`${prefix}pg-0.json`)).not.toBe(first);
  });

  it('that are damaged do not count', async () => {
    const { markOf, objects } = start();
    objects.set(`${prefix}pg-1.json`, '{"format":');
    expect(await markOf('pg-0').look('7', ['pg-1'], quiet)).toBe('unknown');
  });
});
