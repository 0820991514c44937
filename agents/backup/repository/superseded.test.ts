import type { Backup } from '@howdah/pgbackrest/info';
import type { EndedTimeline } from '@howdah/status/backup';
import { describe, expect, it } from 'vitest';
import type { RoleView } from '../role/gate.ts';
import { at, backupOf, viewOf } from '../testing/samples.ts';
import { marked } from './mark-superseded.ts';
import { type PresentLine, presentLine, supersededIs } from './superseded.ts';

const promotedAt = '2026-03-02T01:30:00.000Z';
const history: readonly EndedTimeline[] = [
  { timeline: 2, endLsn: '0/6000000', endedAt: '2026-03-01T12:00:00.000Z' },
  { timeline: 3, endLsn: '1/0', endedAt: promotedAt },
];
const line: PresentLine = { timeline: 4, ended: history, byPrimary: true };

/** Ended on a timeline at a position, two minutes before the last promotion. */
const ended = (timeline: number, lsnStop: string | undefined, more: Partial<Backup> = {}) =>
  backupOf('full', at('02T01:27'), {
    walStop: `0000000${timeline}0000000000000007`,
    databaseId: 2,
    ...(lsnStop === undefined ? {} : { lsnStop }),
    ...more,
  });

describe('the present line', () => {
  const role: RoleView = { role: 'primary', source: 'patroni', timeline: 4 };

  it('is Patroni’s timeline with the history that leads to it', () => {
    expect(presentLine(role, history)).toEqual(line);
    expect(presentLine({ ...role, role: 'replica' }, history)?.byPrimary).toBe(false);
    expect(presentLine({ ...role, timeline: 1 }, [])).toEqual({ timeline: 1, ended: [], byPrimary: true });
  });

  it.each([
    ['the history was not told', role, undefined],
    ['PostgreSQL alone says who is primary', { ...role, source: 'postgres' }, history],
    ['Patroni has fallen silent', { ...role, source: 'held' }, history],
    ['the timeline is not known', { role: 'primary', source: 'patroni' }, history],
    ['the history is of before the promotion', { ...role, timeline: 5 }, history],
    ['the history is of a later promotion', { ...role, timeline: 3 }, history],
    ['there was a promotion, and no history yet', { ...role, timeline: 2 }, []],
  ] as const)('is not known where %s', (_, view, told) => {
    expect(presentLine(view, told)).toBeUndefined();
  });
});

describe('a backup', () => {
  it.each([
    ['on the present timeline', ended(4, '9/0'), undefined],
    ['on an ancestor, up to its end', ended(3, '1/0'), undefined],
    ['on an ancestor, a byte behind its end', ended(3, '1/1'), 'left-behind'],
    ['on an older ancestor, before its end', ended(2, '0/5000000'), undefined],
    ['on an older ancestor, behind its end, long after that promotion', ended(2, '0/7000000'), 'set-aside'],
    ['on a timeline that Patroni has let go', ended(1, '9/0'), undefined],
    ['without a position', ended(3, undefined), undefined],
    ['without WAL of its own', ended(3, '1/1', { walStop: 'none' }), undefined],
    ['of another database, of before a major upgrade', ended(3, '1/1', { databaseId: 1 }), undefined],
    ['of a timeline newer than the primary’s: a restored copy’s', ended(5, '9/0'), 'set-aside'],
  ])('%s is %s', (_, backup, expected) => {
    expect(supersededIs(backup, line, 2)).toBe(expected);
  });

  it('on a timeline that was made and given up is superseded, wherever it ended', () => {
    const skipped = {
      timeline: 4,
      ended: [{ timeline: 1, endLsn: '0/6000000' }, ...history.slice(1)],
      byPrimary: true,
    };
    expect(supersededIs(ended(2, '0/100'), skipped, 2)).toBe('set-aside');
  });

  it('newer than what a replica knows is not judged by it', () => {
    expect(supersededIs(ended(5, '9/0'), { ...line, byPrimary: false }, 2)).toBeUndefined();
  });

  it.each([
    ['ended an hour before it', at('02T00:20'), at('02T00:30'), 'left-behind'],
    [
      'ended earlier: recovery went back to before it on purpose',
      at('02T00:20'),
      at('02T00:29'),
      'set-aside',
    ],
    ['began an hour after it, on a primary that was not told', at('02T02:30'), at('02T09:00'), 'left-behind'],
    ['began later: the primary of another cluster', at('02T02:31'), at('02T02:32'), 'set-aside'],
    ['ran for ten hours', at('01T16:00'), at('02T02:00'), 'left-behind'],
  ] as const)('behind the end of a timeline that %s is %s %s %s', (_, startedAt, stoppedAt, expected) => {
    expect(supersededIs(ended(3, '1/1', { startedAt, stoppedAt }), line, 2)).toBe(expected);
  });

  it('is never what a promotion left behind where nobody tells when that was', () => {
    const untimed = { ...line, ended: history.map(({ endedAt: _, ...one }) => one) };
    expect(supersededIs(ended(3, '1/1'), untimed, 2)).toBe('set-aside');
  });
});

describe('the views of repositories', () => {
  const archive = { archiveId: '17-2', databaseId: 2 };

  it('are marked by the present line and the present database', () => {
    const views = [viewOf([ended(3, '1/0'), ended(3, '1/1')], { archive })];
    expect(marked(views, line)[0]?.backups.map(({ superseded }) => superseded)).toEqual([
      undefined,
      'left-behind',
    ]);
    const upgraded = [viewOf([ended(3, '1/1')], { archive: { archiveId: '18-3', databaseId: 3 } })];
    expect(marked(upgraded, line)[0]?.backups[0]).not.toHaveProperty('superseded');
  });

  it('are left alone where the line is not known', () => {
    const views = [viewOf([ended(3, '1/1')], { archive })];
    expect(marked(views, undefined)).toBe(views);
  });
});
