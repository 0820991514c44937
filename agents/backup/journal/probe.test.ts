import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import type { JournalStore } from '../ports.ts';
import { journalPrefix, journalsOf } from '../testing/journals.ts';
import { memoryJournalStore } from '../testing/memory-journal-store.ts';
import { viewOf } from '../testing/samples.ts';

const quiet = new AbortController().signal;
const clock = fakeClock('2026-03-01T00:00:00Z');
const ours = viewOf([], { stanza: { kind: 'ours' } });

/** It takes the condition, and does not keep it. */
const careless = () => {
  const memory = memoryJournalStore();
  const store: JournalStore = {
    ...memory.store,
    create: async (key, text, signal) => {
      await memory.store.replace(key, text, signal);
      return true;
    },
  };
  return { ...memory, store };
};

describe('a store is tried out at the first look', () => {
  it('and lets one alone create an object', async () => {
    const { store, objects } = memoryJournalStore();
    const journals = journalsOf(clock, store);
    await journals.look([ours], undefined, quiet);
    expect(journals.views()).toEqual([{ repo: 1, createsOnce: true }]);
    expect([...objects.keys()]).toEqual([]);
  });

  it('or does not, which is told, and backups go on', async () => {
    const journals = journalsOf(clock, careless().store);
    await journals.look([ours], undefined, quiet);
    expect(journals.views()).toEqual([{ repo: 1, createsOnce: false }]);
  });

  it('with what an agent left that was killed in the middle', async () => {
    const { store, objects } = memoryJournalStore();
    objects.set(`${journalPrefix}probe/pg-0`, 'first\n');
    const journals = journalsOf(clock, store);
    await journals.look([ours], undefined, quiet);
    expect(journals.views()).toEqual([{ repo: 1, createsOnce: true }]);
  });

  it('later, where it was away; and never where the stanza is another cluster’s or nobody can say whose', async () => {
    const { store, objects, state } = memoryJournalStore();
    const journals = journalsOf(clock, store);
    state.away = true;
    await journals.look([ours], undefined, quiet);
    expect(journals.views()).toMatchObject([{ failure: 'the store is away' }]);
    state.away = false;
    const written: string[] = [];
    const counting = { ...store, create: async (key: string) => written.push(key) > 0 };
    const other = journalsOf(clock, counting);
    const foreign = viewOf([], { stanza: { kind: 'refused', because: 'another’s', foreign: true } });
    await other.look([foreign], { timeline: 1 }, quiet);
    await other.look([viewOf([])], { timeline: 1 }, quiet);
    expect(written).toEqual([]);
    await journals.look([ours], undefined, quiet);
    expect(journals.views()).toEqual([{ repo: 1, createsOnce: true }]);
    expect(objects.size).toBe(0);
  });
});
