import { type Clock, systemClock } from '@howdah/core/clock';
import { readInfo } from '@howdah/pgbackrest/info';
import { dueTimes } from '@howdah/schedule/due-times';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { beforeEach, expect, it } from 'vitest';
import type { Timed } from '../schedule.ts';
import { loopOn } from '../testing/loop-on.ts';

const test = useRepository({ settings: { 'repo1-bundle': 'y' } });
const quiet = () => new AbortController().signal;

/** The agents' wall clock is the test's, ahead of the server's: only what backups say of themselves satisfies a due time. */
let now: Date;
const clock: Clock = { ...systemClock, now: () => now };

let failed: string[];
beforeEach(() => {
  failed = [];
});

/** Lets the clock say one time after the other, and the loop do at each what there is to do. */
const live = async (schedule: { id: string; cron: string; timeZone: string }, times: readonly string[]) => {
  now = new Date(times[0] ?? '');
  const timed: Timed = {
    ...{ ...schedule, type: 'incr', repos: [1], missed: { policy: 'run-once', withinHours: 4 } },
    times: dueTimes(schedule.cron, schedule.timeZone),
  };
  const { loop } = await loopOn({
    ...{ on: test(), timed: [timed], clock },
    onOutcome: ({ outcome, reason = '' }) => {
      if (outcome !== 'done' && outcome !== 'absorbed') failed.push(`${outcome}: ${reason}`);
    },
  });
  for (const time of times) {
    now = new Date(time);
    while ((await loop.cycle(quiet())) === 0);
  }
  expect(failed).toEqual([]);
  const { backups } = await readInfo(test().pgbackrest, { signal: quiet(), timeoutMs: 30_000 });
  return backups
    .filter(({ annotations }) => annotations['howdah-schedule'] === schedule.id)
    .map(({ annotations }) => annotations['howdah-due']?.slice(0, 16));
};

it('B10: a clock that is set back an hour doubles nothing that was taken, and misses nothing that was not', async () => {
  expect(
    await live({ id: 'hourly', cron: '0 * * * *', timeZone: 'UTC' }, [
      '2036-06-01T00:30:00Z', // after the repository's first full one
      '2036-06-01T01:00:10Z',
      '2036-06-01T00:01:00Z', // an hour back
      '2036-06-01T00:59:59Z',
      '2036-06-01T01:00:10Z', // for the second time
      '2036-06-01T01:59:59Z',
      '2036-06-01T01:00:00Z', // back again, a moment before it is due
      '2036-06-01T02:00:10Z',
    ]),
  ).toEqual(['2036-06-01T00:00', '2036-06-01T01:00', '2036-06-01T02:00']);
}, 60_000);

it('B10: on the day that has no 02:30 a backup at 02:30 is taken once, right after the gap', async () => {
  expect(
    await live({ id: 'in-spring', cron: '30 2 * * *', timeZone: 'Europe/Berlin' }, [
      '2036-03-30T00:59:59Z', // 01:59:59 in Berlin
      '2036-03-30T01:00:10Z', // 03:00:10
      '2036-03-30T01:30:10Z', // 03:30:10
      '2036-03-30T04:00:00Z',
    ]),
  ).toEqual(['2036-03-30T01:00']);
}, 60_000);

it('B10: on the day that has two 02:30 a backup at 02:30 is taken once, at the first', async () => {
  expect(
    await live({ id: 'in-autumn', cron: '30 2 * * *', timeZone: 'Europe/Berlin' }, [
      '2036-10-26T00:29:59Z', // 02:29:59 in Berlin
      '2036-10-26T00:30:10Z', // 02:30:10
      '2036-10-26T01:29:59Z', // 02:29:59 again
      '2036-10-26T01:30:10Z', // 02:30:10 again
      '2036-10-26T04:00:00Z',
    ]),
  ).toEqual(['2036-10-26T00:30']);
}, 60_000);
