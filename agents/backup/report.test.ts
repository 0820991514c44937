import { backupStatus } from '@howdah/status/backup';
import { describe, expect, it } from 'vitest';
import { readinessOf } from './readiness.ts';
import { type Knowledge, statusOf } from './report.ts';
import { at, backupOf, dueOf, scheduleOf, viewOf } from './testing/samples.ts';

const knowledge = (more: Partial<Knowledge> = {}): Knowledge => ({
  stanza: 'main',
  role: { role: 'replica', source: 'patroni', timeline: 2 },
  schedules: [scheduleOf()],
  requests: [],
  repositories: [],
  dues: [],
  running: undefined,
  lastRun: undefined,
  archive: undefined,
  now: at('02T02:00'),
  ...more,
});

/** As the reader of /status sees it: unknown keys would be cut, wrong ones refused. */
const read = (known: Knowledge) => {
  const status = statusOf(known);
  expect(backupStatus.parse(status)).toEqual(status);
  return JSON.parse(JSON.stringify(status));
};

describe('/status', () => {
  it('of a replica tells the repository’s backups and the next due times', () => {
    const backup = backupOf('full', at('02T01:00'), { annotations: { 'howdah-schedule': 'nightly' } });
    expect(read(knowledge({ repositories: [viewOf([backup])] }))).toMatchObject({
      role: 'replica',
      timeline: 2,
      schedules: [
        {
          id: 'nightly',
          nextDue: ['2026-03-03T01:00:00.000Z', '2026-03-04T01:00:00.000Z', '2026-03-05T01:00:00.000Z'],
        },
      ],
      repositories: [{ reachable: true, backups: [{ label: backup.label, timeline: 1, error: false }] }],
    });
  });

  it('tells since when a backup is overdue, over all repositories', () => {
    const dues = [
      dueOf('full', at('02T01:00'), { scheduleId: 'nightly', repo: 2 }),
      dueOf('full', at('01T01:00'), { scheduleId: 'nightly' }),
    ];
    expect(read(knowledge({ dues })).schedules[0].overdueSince).toBe('2026-03-01T01:00:00.000Z');
    expect(read(knowledge()).schedules[0]).not.toHaveProperty('overdueSince');
  });

  it('tells what runs, how the last run ended and how far the archive is', () => {
    const run = { due: dueOf('incr', at('02T01:30')), absorbs: [] };
    const told = read(
      knowledge({
        running: { run, startedAt: at('02T01:30:01'), pid: 4711 },
        archive: {
          lastArchivedWal: '000000010000000000000003',
          lastArchivedAt: at('02T01:00'),
          atRiskBytes: 0,
        },
      }),
    );
    expect(told.running).toMatchObject({ scheduleId: 'incr-schedule', pid: 4711 });
    expect(told.archive).toEqual({
      lastArchivedWal: '000000010000000000000003',
      lastArchivedAt: '2026-03-02T01:00:00.000Z',
      atRiskBytes: 0,
    });
  });
});

describe('readiness', () => {
  const ready = {
    role: { role: 'replica', source: 'patroni' },
    roleSilence: undefined,
    repositories: [viewOf([])],
    failure: undefined,
    stanzaProblem: undefined,
  } as const;

  it('is given on a replica that sees the repository', () => {
    expect(readinessOf(ready)).toEqual({ ready: true });
  });

  it('is given while one of two repositories answers', () => {
    const repositories = [viewOf([]), viewOf([], { repo: 2, reachable: false })];
    expect(readinessOf({ ...ready, repositories })).toEqual({ ready: true });
  });

  it.each([
    [
      { role: { role: 'unknown', source: 'nobody' }, roleSilence: 'connection refused' } as const,
      'connection refused',
    ],
    [{ failure: 'cannot run pgbackrest' }, 'pgBackRest: cannot run pgbackrest'],
    [{ repositories: [] }, 'the first answer of pgbackrest info'],
    [{ repositories: [viewOf([], { reachable: false, message: 'timed out' })] }, 'repo1: timed out'],
    [
      {
        role: { role: 'primary', source: 'patroni' },
        repositories: [viewOf([], { stanzaMissing: true })],
        stanzaProblem: 'another cluster’s',
      } as const,
      'the stanza to be created: another cluster’s',
    ],
  ])('says what is waited for: %j', (more, words) => {
    const readiness = readinessOf({ ...ready, ...more });
    expect(readiness.ready ? 'ready' : readiness.waitingFor).toContain(words);
  });
});
