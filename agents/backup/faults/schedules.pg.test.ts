import { type Clock, systemClock } from '@howdah/core/clock';
import { openRepositoryStore } from '@howdah/objectstore/open-store';
import { readInfo } from '@howdah/pgbackrest/info';
import { dueTimes } from '@howdah/schedule/due-times';
import type { RunOutcome } from '@howdah/status/backup';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { beforeEach, expect, it } from 'vitest';
import { objectJournalStore } from '../journal/object-store.ts';
import type { Request } from '../model.ts';
import { type Timed, timedRequest } from '../schedule.ts';
import { journalsOf } from '../testing/journals.ts';
import { loopOn } from '../testing/loop-on.ts';

const test = useRepository({
  repositories: 2,
  settings: { 'repo1-bundle': 'y', 'repo2-bundle': 'y', 'repo1-retention-full': '1' },
});
const quiet = () => new AbortController().signal;

let outcomes: RunOutcome[];
const onOutcome = (outcome: RunOutcome) => void outcomes.push(outcome);
beforeEach(() => {
  outcomes = [];
});
const ended = (how: RunOutcome['outcome']) =>
  outcomes.filter(({ outcome }) => outcome === how).map(({ type, repo }) => `${type} in repo${repo}`);

const backups = async () =>
  (await readInfo(test().pgbackrest, { signal: quiet(), timeoutMs: 30_000 })).backups;

/** Real time, so many milliseconds ahead. */
const ahead = (byMs: () => number): Clock => ({
  ...systemClock,
  now: () => new Date(Date.now() + byMs()),
});

it('B12: of a hundred schedules due at once in two repositories the largest runs in each, one after the other, and absorbs the rest; what falls due meanwhile waits for its turn', async () => {
  const minute = new Date(Math.floor(Date.now() / 60_000) * 60_000);
  let laterMs = 0;
  const types = ['full', 'diff', 'incr'] as const;
  const scheduleOf = (
    id: string,
    type: (typeof types)[number],
    repos: readonly number[],
    at: Date,
  ): Timed => ({
    ...{ id, type, repos, missed: { policy: 'run-once', withinHours: 1 } },
    times: dueTimes(`${at.getUTCMinutes()} ${at.getUTCHours()} * * *`, 'UTC'),
  });
  const hundred = Array.from({ length: 100 }, (_, n) =>
    scheduleOf(`s${n}`, types[n % 3] ?? 'incr', [1, 2], minute),
  );
  // An hour of its own: nobody waits for the next minute.
  const later = scheduleOf('later', 'incr', [1], new Date(minute.getTime() + 3_600_000 / 2));
  const { loop } = await loopOn({
    ...{ on: test(), timed: [...hundred, later], repos: [1, 2], clock: ahead(() => laterMs), onOutcome },
  });
  const first = loop.cycle(quiet());
  while (loop.running?.pid === undefined) await systemClock.sleep(5, quiet());
  expect(loop.running.run.due.type).toBe('full');
  laterMs = 3_600_000 / 2;
  await first;
  while ((await loop.cycle(quiet())) === 0);
  expect(outcomes.filter(({ outcome }) => !['done', 'absorbed'].includes(outcome))).toEqual([]);
  expect(ended('done')).toEqual(['full in repo1', 'full in repo2', 'incr in repo1']);
  // All of both repositories but the two that ran.
  expect(ended('absorbed')).toHaveLength(198);
  expect(outcomes).toHaveLength(201);
  expect((await backups()).map(({ type, repo }) => `${type} in repo${repo}`).toSorted()).toEqual(
    ended('done').toSorted(),
  );
}, 60_000);

it('B13: a request whose backup is expired, and that nobody took away, is never run again', async () => {
  await using directory = await temporaryDirectory();
  let aheadMs = 0;
  const clock = ahead(() => aheadMs);
  const requestAt = (id: string): Request => ({
    ...{ id, type: 'full', repos: [1], at: new Date(), withinHours: 168, attempts: 3 },
  });
  const volume = { directory: directory.path };
  const store = objectJournalStore(() => openRepositoryStore({ volume }, async () => ''));
  /** A new start of the agent, which knows only what it reads. */
  const startWith = async (requests: readonly Request[], agent: string) => {
    const journals = journalsOf(clock, store, 'pg-0', agent);
    const { loop, repositories } = await loopOn({
      ...{ on: test(), timed: requests.map(timedRequest), clock, journals, onOutcome },
    });
    const look = () => journals.look(repositories.views(), { timeline: 1 }, quiet());
    await look();
    while ((await loop.cycle(quiet())) === 0) await look();
    return { loop, journals };
  };
  const asked = requestAt('left-behind');
  await startWith([asked], 'first');
  await systemClock.sleep(1_000 - (Date.now() % 1_000), quiet());
  await startWith([asked, requestAt('next')], 'second');
  const labels = (await backups()).map(({ label }) => label);
  const taken = outcomes.filter(({ outcome }) => outcome === 'done');
  expect(taken.map(({ scheduleId }) => scheduleId)).toEqual(['request/left-behind', 'request/next']);
  // Retention has taken the first one away.
  expect(labels).not.toContain(taken[0]?.label);
  expect(labels).toContain(taken[1]?.label);

  const dayMs = 86_400_000;
  // The next day; after its hours; and when the journal has forgotten it as well.
  for (const days of [1, 8, 40]) {
    aheadMs = days * dayMs;
    const { loop } = await startWith([asked], `after-${days}-days`);
    expect(loop.dues(), `after ${days} days`).toEqual([]);
  }
  expect((await backups()).map(({ label }) => label)).toEqual(labels);
  const { journals } = await startWith([asked], 'last');
  expect(journals.entries().some(({ schedule }) => schedule === 'request/left-behind')).toBe(false);
}, 60_000);
