import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import { initialId } from '../model.ts';
import { memoryJournalStore } from '../testing/memory-journal-store.ts';
import { at, backupOf, dueOf } from '../testing/samples.ts';
import type { Claimant } from './decide.ts';
import { Journal } from './journal.ts';

const quiet = new AbortController().signal;
const prefix = 'pgbackrest/howdah/main/runs/';
const due = dueOf('full', at('01T01:00'), { scheduleId: 'nightly' });
const pg0: Claimant = { member: 'pg-0', agent: 'a', timeline: 1 };
const pg1: Claimant = { member: 'pg-1', agent: 'b', timeline: 1 };

/** Two members’ views of one journal. */
const two = () => {
  const { store, objects, state } = memoryJournalStore();
  const clock = fakeClock('2026-03-01T01:00:00Z');
  const journal = () => new Journal({ store, prefix, clock });
  return { objects, state, clock, first: journal(), second: journal() };
};

const claimed = async (journal: Journal, me: Claimant, wanted = due) => {
  const claiming = await journal.claim(wanted, [], me, quiet);
  if (claiming.kind !== 'claimed') throw new Error(`it is ${claiming.kind}`);
  return claiming.claim;
};

describe('a run journal', () => {
  it('lets one member alone claim a due time, and tells the other by whom it is held', async () => {
    const { first, second, objects } = two();
    await claimed(first, pg0);
    expect([...objects.keys()]).toEqual([`${prefix}nightly@20260301T010000Z/0001.json`]);
    expect(await second.claim(due, [], pg1, quiet)).toMatchObject({ kind: 'held', by: 'pg-0' });
    expect(objects.size).toBe(1);
  });

  it('of two who try at the same moment lets one alone, who is named to the other', async () => {
    const { first, second } = two();
    const both = await Promise.all([first.claim(due, [], pg0, quiet), second.claim(due, [], pg1, quiet)]);
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['claimed', 'held']);
    const winner = both[0].kind === 'claimed' ? 'pg-0' : 'pg-1';
    expect(both.find(({ kind }) => kind === 'held')).toMatchObject({ by: winner });
  });

  it('numbers the next attempt after one that failed, and keeps both', async () => {
    const { first, second } = two();
    await first.end(await claimed(first, pg0), { outcome: 'failed', reason: 'disk full' }, quiet);
    const again = await claimed(second, pg1);
    expect(again.entry.attempt).toBe(2);
    await second.read(quiet);
    expect(second.entries().map(({ attempt, ended }) => [attempt, ended?.reason])).toEqual([
      [2, undefined],
      [1, 'disk full'],
    ]);
  });

  it('gives a due time that was done to nobody', async () => {
    const { first, second } = two();
    await first.end(await claimed(first, pg0), { outcome: 'done', label: 'L' }, quiet);
    expect(await second.claim(due, [], pg1, quiet)).toEqual({ kind: 'settled', label: 'L' });
  });

  it('gives a due time whose backup is superseded to whoever asks, as the next attempt', async () => {
    const { first, second } = two();
    await first.end(await claimed(first, pg0), { outcome: 'done', label: 'L' }, quiet);
    expect(await second.claim(due, [], pg1, quiet, new Set(['another']))).toMatchObject({ kind: 'settled' });
    expect(await second.claim(due, [], pg1, quiet, new Set(['L']))).toMatchObject({
      kind: 'claimed',
      claim: { entry: { attempt: 2 } },
    });
  });

  it('takes over from one that beats no more, and closes its attempt with the reason', async () => {
    const { first, second, clock } = two();
    const lost = await claimed(first, pg0);
    await second.read(quiet);
    await clock.advance(45_000);
    expect(await first.beat(lost, quiet)).toBeUndefined();
    await second.read(quiet);
    await clock.advance(59_000);
    expect(await second.claim(due, [], pg1, quiet)).toMatchObject({ kind: 'held' });
    await clock.advance(1_000);
    expect((await claimed(second, pg1)).entry.attempt).toBe(2);
    expect(await first.beat(lost, quiet)).toBe(
      'another member closed it: pg-0 gave no sign of life for 60 s',
    );
  });

  it('does not mind a clock that is an hour away', async () => {
    const { store } = memoryJournalStore();
    const early = new Journal({ store, prefix, clock: fakeClock('2026-03-01T00:00:00Z') });
    const late = new Journal({ store, prefix, clock: fakeClock('2026-03-01T01:00:00Z') });
    await claimed(early, pg0);
    expect(await late.claim(due, [], pg1, quiet)).toMatchObject({ kind: 'held' });
  });

  it('knows the attempts of agents that are no more as orphans, and those under way as none', async () => {
    const { first, second } = two();
    await claimed(first, pg0);
    expect(first.orphans(pg0)).toEqual([]);
    await second.read(quiet);
    expect(second.orphans(pg1)).toEqual([]);
    expect(second.orphans({ ...pg1, timeline: 2 })).toMatchObject([{ entry: { member: 'pg-0' } }]);
    const restarted = { ...pg0, agent: 'restarted' };
    expect(second.orphans(restarted)).toMatchObject([{ because: 'the agents of pg-0 ended during it' }]);
  });

  it('gives a repository that lost its backups another first full one', async () => {
    const { first } = two();
    const initial = dueOf('full', at('01T01:00'), { scheduleId: initialId });
    const claim = await claimed(first, pg0, initial);
    expect(claim.key).toBe(`${prefix}initial/0001.json`);
    await first.end(claim, { outcome: 'done', label: 'L' }, quiet);
    const later = dueOf('full', at('05T01:00'), { scheduleId: initialId });
    expect((await claimed(first, pg0, later)).key).toBe(`${prefix}initial/0002.json`);
  });

  it('loses what is a month old and has no backup', async () => {
    const { first, clock, objects } = two();
    const kept = dueOf('full', at('01T02:00'), { scheduleId: 'request/one' });
    for (const each of [due, kept])
      await first.end(await claimed(first, pg0, each), { outcome: 'done', label: each.scheduleId }, quiet);
    const annotations = {
      'howdah-schedule': 'request/one',
      'howdah-due': kept.dueAt.toISOString(),
    };
    const backups = [backupOf('full', at('01T02:00'), { annotations })];
    await clock.advance(29 * 86_400_000);
    await first.read(quiet);
    await first.prune(backups, quiet);
    expect(objects.size).toBe(2);
    await clock.advance(2 * 86_400_000);
    await first.prune(backups, quiet);
    expect([...objects.keys()]).toEqual([`${prefix}request/one@20260301T020000Z/0001.json`]);
  });

  it('does not take a damaged entry, nor one of a newer version, for a free due time', async () => {
    const { first, objects } = two();
    const key = `${prefix}nightly@20260301T010000Z/0001.json`;
    for (const text of ['{"format": 1', '{"format": 2}']) {
      objects.set(key, text);
      await expect(first.claim(due, [], pg0, quiet)).rejects.toMatchObject({
        code: 'HOWDAH_BACKUP_JOURNAL_UNREADABLE',
      });
    }
  });
});
