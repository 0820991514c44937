import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import { type CollectorOutcome, collect } from './collect.ts';
import type { Collector } from './model.ts';

const facts = { address: '/run:5432', versionNum: 150_000, version: 'PostgreSQL 15', inRecovery: false };
const clock = fakeClock();

const outcomes = async (collectors: readonly Collector[], budgetMs: number) => {
  const seen: CollectorOutcome[] = [];
  const signal = new AbortController().signal;
  const run = async () => [];
  for await (const outcome of collect({ collectors, facts, run, maxSeries: 100, budgetMs, clock, signal })) {
    seen.push(outcome);
  }
  return seen;
};

const taking = (id: string, ms: number): Collector => ({
  id,
  read: async () => {
    await clock.advance(ms);
    return { groups: [], leftOut: 0 };
  },
});

describe('the collectors of a cycle', () => {
  it('start only while there is budget; the others are skipped', async () => {
    const seen = await outcomes([taking('a', 600), taking('b', 600), taking('c', 1)], 1_000);
    expect(seen.map(({ id, kind }) => [id, kind])).toEqual([
      ['a', 'read'],
      ['b', 'read'],
      ['c', 'skipped'],
    ]);
    expect(seen[0]).toMatchObject({ durationMs: 600 });
  });

  it('fail alone, even where one throws at once', async () => {
    const broken: Collector = {
      id: 'broken',
      read: () => {
        throw new Error('no such view');
      },
    };
    const absent: Collector = { id: 'absent', read: async () => undefined };
    const seen = await outcomes([broken, absent, taking('c', 1)], 1_000);
    expect(seen.map(({ id, kind }) => [id, kind])).toEqual([
      ['broken', 'failed'],
      ['absent', 'inapplicable'],
      ['c', 'read'],
    ]);
  });
});
