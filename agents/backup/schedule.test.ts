import { describe, expect, it } from 'vitest';
import { type DueQuestion, dueNow, missingNow, satisfiedBy, timedRequest } from './schedule.ts';
import { at, backupOf, scheduleOf, viewOf } from './testing/samples.ts';

const full = backupOf('full', at('01T12:00'));

const ask = (question: Partial<DueQuestion>) =>
  dueNow({
    schedules: [scheduleOf()],
    repositories: [viewOf([full])],
    initialBackup: false,
    now: at('02T01:00:30'),
    ...question,
  }).map(({ scheduleId, repo, dueAt }) => `${scheduleId} repo${repo} ${dueAt.toISOString().slice(8, 16)}`);

describe('what is due', () => {
  it('is a due time that no backup satisfies', () => {
    expect(ask({})).toEqual(['nightly repo1 02T01:00']);
  });

  it('is nothing before the due time when the one before was satisfied', () => {
    expect(
      ask({ now: at('02T00:59:59'), repositories: [viewOf([backupOf('full', at('01T01:00'))])] }),
    ).toEqual([]);
  });

  it.each([
    ['a backup started in the very second it was due', backupOf('full', at('02T01:00')), true],
    ['one started the second before', backupOf('full', at('02T00:59:59')), false],
    ['one by hand, later', backupOf('full', at('02T01:00:20')), true],
    ['a smaller one', backupOf('diff', at('02T01:00:05')), false],
    ['one in another repository', backupOf('full', at('02T01:00:05'), { repo: 2 }), false],
    [
      'one whose server’s clock was behind, by its annotation',
      backupOf('full', at('02T00:59:50'), {
        annotations: { 'howdah-schedule': 'nightly', 'howdah-due': '2026-03-02T01:00:00.000Z' },
      }),
      true,
    ],
    [
      'one annotated for the due time before',
      backupOf('full', at('02T00:59:50'), {
        annotations: { 'howdah-schedule': 'nightly', 'howdah-due': '2026-03-01T01:00:00.000Z' },
      }),
      false,
    ],
  ])('%s: satisfied is %s', (_, backup, satisfied) => {
    expect(ask({ repositories: [viewOf([full, backup])] })).toHaveLength(satisfied ? 0 : 1);
  });

  it('is satisfied by a larger backup: a full does for diff and incr', () => {
    const schedules = [scheduleOf({ id: 'd', type: 'diff' }), scheduleOf({ id: 'i', type: 'incr' })];
    expect(ask({ schedules, repositories: [viewOf([backupOf('full', at('02T01:00:10'))])] })).toEqual([]);
    expect(ask({ schedules, repositories: [viewOf([backupOf('incr', at('02T01:00:10'))])] })).toEqual([
      'd repo1 02T01:00',
    ]);
  });

  it('is the latest due time only, however many were missed', () => {
    expect(ask({ now: at('05T09:00') })).toEqual(['nightly repo1 05T01:00']);
  });

  it('is the same for each member and each moment until it is satisfied', () => {
    expect(ask({ now: at('02T23:00') })).toEqual(ask({ now: at('02T01:00') }));
  });

  it('is not made up when it is older than the schedule allows', () => {
    const schedules = [scheduleOf({ cron: '0 1 1 * *', missed: { policy: 'run-once', withinHours: 24 } })];
    const repositories = [viewOf([backupOf('full', new Date('2026-02-20T00:00Z'))])];
    expect(ask({ schedules, repositories, now: at('02T01:00') })).toHaveLength(1);
    expect(ask({ schedules, repositories, now: at('02T01:01') })).toHaveLength(0);
  });

  it('is not made up by a schedule that skips, after ten minutes', () => {
    const schedules = [scheduleOf({ missed: { policy: 'skip', withinHours: 168 } })];
    expect(ask({ schedules, now: at('02T01:10') })).toHaveLength(1);
    expect(ask({ schedules, now: at('02T01:11') })).toHaveLength(0);
  });

  it('is each repository by itself', () => {
    const schedules = [scheduleOf({ repos: [1, 2] })];
    const repositories = [viewOf([backupOf('full', at('02T01:00'))]), viewOf([], { repo: 2 })];
    expect(ask({ schedules, repositories })).toEqual(['nightly repo2 02T01:00']);
  });

  it('is nothing in a repository that does not answer: nobody knows what it holds', () => {
    expect(ask({ repositories: [viewOf([full], { reachable: false })] })).toEqual([]);
    expect(ask({ repositories: [] })).toEqual([]);
  });
});

describe('a superseded backup', () => {
  const taken = { ...backupOf('full', at('02T01:00')), superseded: 'left-behind' } as const;

  it('satisfies neither a due time nor a request', () => {
    expect(ask({ repositories: [viewOf([full, taken])] })).toEqual(['nightly repo1 02T01:00']);
    const request = {
      id: 'now',
      type: 'full',
      repos: [1],
      at: at('02T00:59'),
      withinHours: 24,
      attempts: 3,
    } as const;
    expect(ask({ schedules: [timedRequest(request)], repositories: [viewOf([full, taken])] })).toHaveLength(
      1,
    );
    expect(satisfiedBy(request, [viewOf([full, taken])]).size).toBe(0);
  });

  it('is no first backup', () => {
    const schedules = [scheduleOf({ type: 'incr', cron: '0 1 1 1 *' })];
    expect(ask({ schedules, repositories: [viewOf([taken])], initialBackup: true })).toEqual([
      'initial repo1 02T01:00',
    ]);
  });
});

describe('what is missing', () => {
  const monthly = scheduleOf({ id: 'monthly', cron: '0 1 1 * *' });
  const old = backupOf('full', new Date('2026-02-01T01:00Z'));
  const missing = (now: Date, ...backups: Parameters<typeof viewOf>[0]) =>
    missingNow({ schedules: [monthly], repositories: [viewOf([old, ...backups])], now }).map(({ dueAt }) =>
      dueAt.toISOString().slice(0, 16),
    );

  it('stays so when it is too old to be made up: a monthly full that failed for ten days', () => {
    expect(ask({ schedules: [monthly], repositories: [viewOf([old])], now: at('11T01:00') })).toEqual([]);
    expect(missing(at('11T01:00'))).toEqual(['2026-03-01T01:00']);
  });

  it('ends with a backup, or with the next due time, which takes its place', () => {
    expect(missing(at('11T01:00'), backupOf('full', at('10T00:00')))).toEqual([]);
    expect(missing(new Date('2026-04-01T01:00Z'))).toEqual(['2026-04-01T01:00']);
  });

  it('is also what a schedule skipped', () => {
    const skipping = scheduleOf({ missed: { policy: 'skip', withinHours: 168 } });
    const question = { schedules: [skipping], repositories: [viewOf([full])], now: at('02T09:00') };
    expect(ask(question)).toEqual([]);
    expect(missingNow(question)).toHaveLength(1);
  });
});

describe('a clock that is set back an hour', () => {
  it('does not make a satisfied due time due again', () => {
    const repositories = [viewOf([full, backupOf('full', at('02T01:00:05'))])];
    expect(ask({ repositories, now: at('02T00:30') })).toEqual([]);
    expect(ask({ repositories, now: at('02T01:00:05') })).toEqual([]);
  });
});

describe('the first backup', () => {
  const incr = [scheduleOf({ id: 'i', type: 'incr', cron: '0 1 1 1 *' })];

  it('is due at once in a repository without any full', () => {
    expect(ask({ schedules: incr, repositories: [viewOf([])], initialBackup: true })).toEqual([
      'initial repo1 02T01:00',
    ]);
  });

  it('is not due where there is one, where a full is due anyway, or where no schedule goes', () => {
    expect(ask({ schedules: incr, initialBackup: true })).toEqual([]);
    expect(ask({ repositories: [viewOf([])], initialBackup: true })).toEqual(['nightly repo1 02T01:00']);
    expect(
      ask({ schedules: incr, repositories: [viewOf([full]), viewOf([], { repo: 2 })], initialBackup: true }),
    ).toEqual([]);
  });

  it('is not due when the configuration says so', () => {
    expect(ask({ schedules: incr, repositories: [viewOf([])] })).toEqual([]);
  });
});

describe('a request', () => {
  const request = {
    ...{ id: 'before-the-upgrade', type: 'diff' as const, repos: [1], at: at('02T09:30') },
    ...{ withinHours: 24, attempts: 3 },
  };
  const asked = (...backups: Parameters<typeof viewOf>[0]) =>
    ask({ schedules: [timedRequest(request)], now: at('02T09:31'), repositories: [viewOf(backups)] });

  it('is due from when it was made until a backup of its type, or a larger one, was started since', () => {
    expect(ask({ schedules: [timedRequest(request)], now: at('02T09:29') })).toEqual([]);
    expect(asked(full)).toEqual(['request/before-the-upgrade repo1 02T09:30']);
    expect(asked(full, backupOf('incr', at('02T09:30:30')))).toHaveLength(1);
    const taken = backupOf('diff', at('02T09:30:30'));
    expect(asked(full, taken)).toEqual([]);
    expect(satisfiedBy(request, [viewOf([full, taken])]).get(1)).toBe(taken);
  });

  it('is history after its hours: its backup may have been expired since', () => {
    expect(ask({ schedules: [timedRequest(request)], now: at('03T09:31') })).toEqual([]);
  });
});
