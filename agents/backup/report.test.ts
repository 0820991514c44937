import { backupStatus } from '@howdah/status/backup';
import { describe, expect, it } from 'vitest';
import type { Entry } from './journal/entry.ts';
import { readinessOf } from './readiness.ts';
import { type Knowledge, statusOf } from './report.ts';
import { at, backupOf, dueOf, scheduleOf, viewOf } from './testing/samples.ts';

const knowledge = (more: Partial<Knowledge> = {}): Knowledge => ({
  stanza: 'main',
  role: { role: 'replica', source: 'patroni', timeline: 2 },
  history: undefined,
  configFile: undefined,
  schedules: [scheduleOf()],
  requests: [],
  expirations: [],
  repositories: [],
  journals: [],
  runs: [],
  missing: [],
  running: undefined,
  lastRun: undefined,
  archive: undefined,
  repositoryArchives: [],
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

  it('tells why a repository is refused, and how the last check ended', () => {
    const stanza = { kind: 'refused', because: 'another cluster’s', foreign: true } as const;
    const check = { at: at('02T01:00'), reason: 'WAL was not archived' };
    expect(read(knowledge({ repositories: [viewOf([], { stanza })], check }))).toMatchObject({
      repositories: [{ refused: 'another cluster’s' }],
      check: { at: '2026-03-02T01:00:00.000Z', reason: 'WAL was not archived' },
    });
  });

  it('tells what failed, and when it is tried again', () => {
    const due = dueOf('full', at('02T01:00'), { scheduleId: 'nightly' });
    expect(read(knowledge({ waiting: [{ due, failures: 2, waitMs: 90_000 }] }))).toMatchObject({
      waiting: [
        {
          ...{ scheduleId: 'nightly', type: 'full', repo: 1, dueAt: '2026-03-02T01:00:00.000Z' },
          ...{ failures: 2, nextTryAt: '2026-03-02T02:01:30.000Z' },
        },
      ],
    });
    expect(read(knowledge({ waiting: [] }))).not.toHaveProperty('waiting');
  });

  it('tells how writing pgbackrest.conf goes, where the agent writes it', () => {
    expect(read(knowledge())).not.toHaveProperty('render');
    const render = { writtenAt: at('02T01:00'), problem: 'a secret is empty', warnings: [] };
    expect(read(knowledge({ configPath: '/etc/pgbackrest', render }))).toMatchObject({
      configPath: '/etc/pgbackrest',
      render: { writtenAt: at('02T01:00').toISOString(), problem: 'a secret is empty' },
    });
  });

  it('tells what a restore is planned from: dependencies, sizes, the archive and the ended timelines', () => {
    const full = backupOf('full', at('02T01:00'));
    const incr = backupOf('incr', at('02T01:30'), { prior: full.label, references: [full.label] });
    const { repositoryBytes: _, ...blockIncremental } = incr;
    const skipping = backupOf('incr', at('02T02:00'), { prior: incr.label, references: [full.label] });
    const history = [{ timeline: 1, endLsn: '0/4000000' }];
    const archives = [{ databaseId: 1, postgresVersion: '17', walMin: '0'.repeat(24) }];
    const told = read(
      knowledge({
        history,
        configFile: '/etc/pgbackrest.conf',
        repositories: [viewOf([full, blockIncremental, skipping], { archives })],
      }),
    );
    expect(told).toMatchObject({ history, configFile: '/etc/pgbackrest.conf' });
    const [{ backups, archives: toldArchives }] = told.repositories;
    expect(toldArchives).toEqual(archives);
    expect(backups[0]).toMatchObject({ restoreBytes: 300, databaseId: 1 });
    expect(backups[1]).toMatchObject({ prior: full.label });
    expect(backups[1]).not.toHaveProperty('restoreBytes');
    // Those that follow from `prior` are not told.
    expect(backups[1]).not.toHaveProperty('references');
    expect(backups[2]).toMatchObject({ prior: incr.label, references: [full.label] });
  });

  it('tells since when a backup is overdue, over all repositories', () => {
    const missing = [
      dueOf('full', at('02T01:00'), { scheduleId: 'nightly', repo: 2 }),
      dueOf('full', at('01T01:00'), { scheduleId: 'nightly' }),
    ];
    expect(read(knowledge({ missing })).schedules[0].overdueSince).toBe('2026-03-01T01:00:00.000Z');
    expect(read(knowledge()).schedules[0]).not.toHaveProperty('overdueSince');
  });

  it('tells what runs, how the last run ended and how far the archive is', () => {
    const run = { due: dueOf('incr', at('02T01:30')), absorbs: [] };
    const told = read(
      knowledge({
        running: { run, startedAt: at('02T01:30:01'), pid: 4711 },
        archive: {
          segmentBytes: 16_777_216,
          lastArchivedWal: '000000010000000000000003',
          lastArchivedAt: at('02T01:00'),
          atRiskBytes: 0,
        },
      }),
    );
    expect(told.running).toMatchObject({ scheduleId: 'incr-schedule', pid: 4711 });
    expect(told.archive).toEqual({
      segmentBytes: 16_777_216,
      lastArchivedWal: '000000010000000000000003',
      lastArchivedAt: '2026-03-02T01:00:00.000Z',
      atRiskBytes: 0,
    });
  });
});

describe('/status of superseded backups', () => {
  const lost = { ...backupOf('full', at('02T01:00')), superseded: 'left-behind' } as const;

  it('marks them, and them alone', () => {
    const { backups } = read(knowledge({ repositories: [viewOf([backupOf('full', at('01T01:00')), lost])] }))
      .repositories[0];
    expect(backups[0]).not.toHaveProperty('superseded');
    expect(backups[1]).toMatchObject({ superseded: true });
  });

  it('does not call a request given up that was done by one: it is due again', () => {
    const request = {
      id: 'now',
      type: 'full',
      repos: [1],
      at: at('02T00:59'),
      withinHours: 24,
      attempts: 3,
    } as const;
    const instant = at('02T01:00').toISOString();
    const done: Entry = {
      ...{
        format: 1,
        schedule: 'request/now',
        due: at('02T00:59').toISOString(),
        type: 'full',
        repo: 1,
        attempt: 1,
      },
      ...{ absorbs: [], member: 'pg-0', agent: 'a', startedAt: instant, beatAt: instant },
      ended: { at: instant, outcome: 'done', label: lost.label },
    };
    const asked = { requests: [request], runs: [done] };
    expect(read(knowledge({ ...asked, repositories: [viewOf([])] })).requests[0].gaveUp).toContain(
      'gone since',
    );
    const [told] = read(knowledge({ ...asked, repositories: [viewOf([lost])] })).requests;
    expect(told).not.toHaveProperty('gaveUp');
    expect(told.repos).toEqual([{ repo: 1 }]);
  });
});

describe('/status of the archive', () => {
  it('tells what waits, what fails since when, and for how long there is room', () => {
    const told = read(
      knowledge({
        archive: {
          segmentBytes: 16_777_216,
          queue: { readyFiles: 7, oldestReady: { wal: '000000010000000000000004', since: at('02T01:00') } },
          failing: { wal: '000000010000000000000004', since: at('02T01:00') },
          walVolume: { freeBytes: 1_000, secondsUntilFull: 90 },
        },
      }),
    );
    const since = '2026-03-02T01:00:00.000Z';
    expect(told.archive).toEqual({
      segmentBytes: 16_777_216,
      queue: { readyFiles: 7, oldest: { wal: '000000010000000000000004', since } },
      failing: { wal: '000000010000000000000004', since },
      walVolume: { freeBytes: 1_000, secondsUntilFull: 90 },
    });
  });

  it('tells the newest gaps and ranges of each repository, and how many there are', () => {
    const gap = { from: '000000010000000000000004', to: '000000010000000000000005', segments: 2 };
    const restorable = Array.from({ length: 9 }, (_, hour) => ({
      from: at(`02T0${hour}:00`),
      to: at(`02T0${hour}:30`),
    }));
    const gaps = { listedAt: at('02T01:00'), ranges: Array.from({ length: 20 }, () => gap) };
    const [told] = read(
      knowledge({ repositories: [viewOf([])], repositoryArchives: [{ repo: 1, gaps, restorable }] }),
    ).repositories;
    expect(told.archiveGaps).toMatchObject({ gaps: 20, missingSegments: 40 });
    expect(told.archiveGaps.ranges).toHaveLength(8);
    expect(told.restorable).toMatchObject({
      oldest: '2026-03-02T00:00:00.000Z',
      latest: '2026-03-02T08:30:00.000Z',
    });
    expect(told.restorable.ranges).toHaveLength(8);
    expect(told.restorable.ranges[7].to).toBe('2026-03-02T08:30:00.000Z');
  });

  it('tells why an archive could not be looked through', () => {
    const repositoryArchives = [{ repo: 1, problem: 'permission denied', restorable: [] }];
    const [told] = read(knowledge({ repositories: [viewOf([])], repositoryArchives })).repositories;
    expect(told).toMatchObject({ archiveProblem: 'permission denied' });
    expect(told).not.toHaveProperty('restorable');
  });
});

describe('a request in /status', () => {
  const request = {
    id: 'one',
    type: 'full',
    repos: [1],
    at: at('02T00:00'),
    withinHours: 1,
    attempts: 3,
  } as const;
  const due = dueOf('full', request.at, { scheduleId: 'request/one' });

  it('is given up in the words by which a person stopped it, alone or along with a larger one', () => {
    const entry: Entry = {
      ...({ format: 1, type: 'full', repo: 1, attempt: 1 } as const),
      ...{ member: 'pg-0', agent: 'a', absorbs: [] },
      ...{ schedule: 'request/one', due: request.at.toISOString() },
      ...{ startedAt: request.at.toISOString(), beatAt: request.at.toISOString() },
      ended: { at: at('02T00:10').toISOString(), outcome: 'aborted', reason: 'by me', cancelled: true },
    };
    const along = { ...entry, schedule: 'weekly', absorbs: [{ schedule: 'request/one', due: entry.due }] };
    for (const run of [entry, along])
      expect(read(knowledge({ requests: [request], runs: [run] })).requests).toMatchObject([
        { gaveUp: 'by me' },
      ]);
  });

  it('is not given up while it runs, however long that takes', () => {
    const running = { run: { due, absorbs: [] }, startedAt: at('02T00:30'), hooks: 'after' } as const;
    const [told] = read(knowledge({ requests: [request], running })).requests;
    expect(told).not.toHaveProperty('gaveUp');
    expect(read(knowledge({ requests: [request] })).requests).toMatchObject([
      { gaveUp: 'not begun within 1 h' },
    ]);
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
    [
      { repositories: [viewOf([], { stanza: { kind: 'refused', because: 'another’s', foreign: true } })] },
      'a repository that is not refused: repo1, another’s',
    ],
    [
      {
        role: { role: 'primary', source: 'patroni' },
        repositories: [viewOf([], { stanza: { kind: 'upgrade' } })],
      } as const,
      'the stanza to be upgraded',
    ],
    [{ renderProblem: 'the passphrase is empty' }, 'pgbackrest.conf to be written: the passphrase is empty'],
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
