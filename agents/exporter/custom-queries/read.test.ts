import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import { parsedQuery } from '../testing/custom-query.ts';
import { customCollectors, type Visit } from './read.ts';

const facts = { address: '/run:5432', versionNum: 170_000, version: 'PostgreSQL 17', inRecovery: true };
const forever = new AbortController().signal;
const unused = async () => {
  throw new Error('the cycle’s own session is for queries without databases');
};

const collectorOf = (more: Parameters<typeof parsedQuery>[0], visit: Visit, clock = fakeClock()) => {
  const [collector] = customCollectors([parsedQuery(more)], {
    ...{ visit, clock, cycleMs: 15_000, statementTimeoutSeconds: 5 },
  });
  if (collector === undefined) throw new Error('no collector');
  return collector;
};

describe('a custom query', () => {
  it('with an interval of its own is due half a cycle sooner, so that it is not put off to the next', () => {
    expect(collectorOf({ intervalSeconds: 60 }, unused).everyMs).toBe(52_500);
    expect(collectorOf({}, unused).everyMs).toBeUndefined();
  });

  it('for the other role is not asked', async () => {
    expect(await collectorOf({ role: 'primary' }, unused).read(unused, facts, 100, forever)).toBeUndefined();
  });

  it('has its time-out for all its databases together', async () => {
    const clock = fakeClock();
    const given: (readonly [string, number])[] = [];
    const visit: Visit = async (database, timeoutMs, _signal, work) => {
      given.push([database, timeoutMs]);
      await clock.advance(1_500);
      return work(async () => []);
    };
    const query = { databases: ['a', 'b', 'c'], timeoutSeconds: 3 };
    await expect(collectorOf(query, visit, clock).read(unused, facts, 100, forever)).rejects.toMatchObject({
      code: 'HOWDAH_EXPORTER_CUSTOM_QUERY_TIME',
      message: 'custom query orders: 3 s were used up before b had answered',
    });
    expect(given).toEqual([
      ['a', 3_000],
      ['b', 1_500],
    ]);
  });
});
