import type { BackupEntry, BackupStatus } from '@howdah/status/backup';
import type { BackupView } from '@howdah/status/backup-view';
import { quietFleet } from '@howdah/status/testdata/fleet';
import { describe, expect, it } from 'vitest';
import { chooseBackup } from './choose.ts';
import { parseTargetTime } from './target-time.ts';

const day = (number: number, time = '01:00:00') => `2026-03-0${number}T${time}.000Z`;

/** Done on that day of March at one o'clock, on a timeline, from its segment of that number. */
const backup = (done: number, more: Partial<BackupEntry> = {}): BackupEntry => {
  const timeline = more.timeline ?? 1;
  const wal = `0000000${timeline}000000000000000${done}`;
  return {
    ...{ label: `2026030${done}-005500F`, type: 'full', repo: 1, timeline, error: false },
    ...{ startedAt: day(done, '00:55:00'), stoppedAt: day(done), databaseBytes: 1_000, repositoryBytes: 100 },
    ...{ walStart: wal, walStop: wal, lsnStart: `0/${done}000028`, lsnStop: `0/${done}000100` },
    ...{ restoreBytes: 300, databaseId: 1 },
    ...more,
  };
};

type Repository = BackupStatus['repositories'][number];
const repository = (backups: BackupEntry[], more: Partial<Repository> = {}): Repository => ({
  ...{ repo: 1, reachable: true, checkedAt: day(8), backups },
  archives: [
    {
      databaseId: 1,
      postgresVersion: '17',
      walMin: '000000010000000000000001',
      walMax: '000000030000000000000009',
    },
  ],
  ...more,
});

const [primary] = quietFleet().members;
const view = (more: Partial<BackupStatus> = {}, authoritative = true): BackupView => {
  if (primary === undefined) throw new Error('the fleet has members');
  return {
    member: primary,
    authoritative,
    detail: {
      ...{ version: 1, stanza: 'main', role: 'primary', timeline: 3, schedules: [] },
      repositories: [repository([backup(1), backup(3), backup(5)])],
      history: [
        { timeline: 1, endLsn: '0/6000000' },
        { timeline: 2, endLsn: '0/7000000' },
      ],
      archive: {
        segmentBytes: 16_777_216,
        lastArchivedWal: '00000003000000000000000A',
        lastArchivedAt: day(8),
      },
      ...more,
    },
  };
};

const choose = (at: string, of = view(), more: { repo?: number } = {}) =>
  chooseBackup(of, { target: parseTargetTime(at), now: day(9), ...more });
const labelFor = (at: string, of = view()) => choose(at, of).chosen.backup.label;

describe('the backup that a point in time is restored from', () => {
  it.each([
    ['2026-03-04T00:00:00Z', '20260303-005500F'],
    ['2026-03-08T00:00:00Z', '20260305-005500F'],
    // pgBackRest wants a whole second between; a fraction of one is none.
    ['2026-03-03T01:00:00Z', '20260301-005500F'],
    ['2026-03-03T01:00:00.9Z', '20260301-005500F'],
    ['2026-03-03T01:00:01Z', '20260303-005500F'],
  ])('is, for %s, %s: the newest done before it', (at, label) => expect(labelFor(at)).toBe(label));

  it('is of the first repository that has one, and others are named', () => {
    const second = repository([backup(3, { repo: 2, label: 'second' })], { repo: 2 });
    const both = view({ repositories: [second, repository([backup(1)])] });
    const { chosen, others } = choose('2026-03-04T00:00:00Z', both);
    expect([chosen.backup.label, ...others.map((one) => one.backup.label)]).toEqual([
      '20260301-005500F',
      'second',
    ]);
    expect(choose('2026-03-04T00:00:00Z', both, { repo: 2 }).chosen.backup.label).toBe('second');
  });

  it('is never of a repository that cannot be read, which is said', () => {
    const down = repository([backup(3)], { reachable: false, message: 'timed out' });
    const second = repository([backup(1, { repo: 2 })], { repo: 2 });
    const { chosen, unreadable } = choose('2026-03-04T00:00:00Z', view({ repositories: [down, second] }));
    expect([chosen.backup.repo, unreadable]).toEqual([2, [1]]);
    expect(() => choose('2026-03-04T00:00:00Z', view({ repositories: [down] }))).toThrow('1: timed out');
    expect(() => choose('2026-03-04T00:00:00Z', view(), { repo: 7 })).toThrow('no repository 7');
  });

  it('has its WAL in the archive', () => {
    const archives = [
      {
        databaseId: 1,
        postgresVersion: '17',
        walMin: '000000010000000000000003',
        walMax: '000000030000000000000009',
      },
    ];
    const kept = view({ repositories: [repository([backup(1), backup(3)], { archives })] });
    expect(() => choose('2026-03-02T00:00:00Z', kept)).toThrow(/not after 2026-03-03 01:00:00\+00:00/);
  });

  it('is believed to have it by an agent of before, which tells of no archive', () => {
    const { archives: _, ...untold } = repository([backup(1)]);
    const of = view({ repositories: [untold] });
    expect(labelFor('2026-03-04T00:00:00Z', of)).toBe('20260301-005500F');
    const gone = view({ repositories: [repository([backup(1)], { archives: [] })] });
    expect(() => choose('2026-03-04T00:00:00Z', gone)).toThrow('no backup of stanza main can be restored');
  });

  it('passes over one that the timeline does not come from', () => {
    // Timeline 1 ended at 0/6000000; what the old primary went on to write is not the cluster's.
    const lost = backup(7, { timeline: 1 });
    const { chosen } = choose(
      '2026-03-07T12:00:00Z',
      view({ repositories: [repository([backup(5), lost])] }),
    );
    expect(chosen).toMatchObject({
      backup: { label: '20260305-005500F' },
      onHistory: 'yes',
      passedOver: [{ label: lost.label }],
    });
    expect(() => choose('2026-03-07T12:00:00Z', view({ repositories: [repository([lost])] }))).toThrow(
      expect.objectContaining({ code: 'HOWDAH_CLI_TARGET_UNREACHABLE' }),
    );
  });

  it('may lie on a timeline of which nobody tells whether it leads on', () => {
    const { history: _, ...untold } = view().detail;
    const { chosen } = choose('2026-03-04T00:00:00Z', { ...view(), detail: untold });
    expect(chosen.onHistory).toBe('unknown');
  });

  it('is of a former major version before the upgrade, on the newest timeline of that archive', () => {
    const archives = [
      {
        databaseId: 2,
        postgresVersion: '17',
        walMin: '000000010000000000000005',
        walMax: '000000010000000000000009',
      },
      {
        databaseId: 1,
        postgresVersion: '15',
        walMin: '000000010000000000000001',
        walMax: '000000070000000000000004',
      },
    ];
    const upgraded = view({
      timeline: 1,
      history: [],
      repositories: [repository([backup(3, { timeline: 7 }), backup(5, { databaseId: 2 })], { archives })],
    });
    expect(choose('2026-03-04T00:00:00Z', upgraded).chosen.timeline).toEqual({ timeline: 7, of: 'archive' });
    expect(choose('2026-03-06T00:00:00Z', upgraded).chosen.timeline).toEqual({ timeline: 1, of: 'primary' });
  });
});

describe('a point in time that cannot be had', () => {
  it('is one before the oldest backup was done', () => {
    expect(() => choose('2026-03-01T01:00:00Z')).toThrow(
      expect.objectContaining({ code: 'HOWDAH_CLI_TARGET_TOO_EARLY' }),
    );
    expect(() => choose('2026-03-01T01:00:00Z')).toThrow('2026-03-01 01:00:00+00:00');
    expect(() => choose('2026-03-04T00:00:00Z', view({ repositories: [repository([])] }))).toThrow(
      'no backup of stanza main',
    );
  });

  it('is one after WAL was last archived, to the fraction of a second', () => {
    expect(labelFor('2026-03-08T01:00:00Z')).toBe('20260305-005500F');
    expect(() => choose('2026-03-08T01:00:00.000001Z')).toThrow(
      expect.objectContaining({ code: 'HOWDAH_CLI_TARGET_TOO_LATE' }),
    );
  });

  it('is, where no primary tells of the archive, one that has not been yet', () => {
    const { archive: _, ...untold } = view().detail;
    const replica = { ...view(), authoritative: false, detail: untold };
    const { chosen } = choose('2026-03-08T12:00:00Z', replica);
    expect(chosen).toMatchObject({
      range: { archiveKnown: false },
      timeline: { timeline: 3, of: 'archive' },
    });
    expect(() => choose('2026-03-09T02:00:00Z', replica)).toThrow('has not been yet');
  });
});

describe('what is fetched', () => {
  it('is what the backup tells, and WAL from its first segment to the last archived', () => {
    expect(choose('2026-03-06T00:00:00Z').chosen.fetched).toEqual({
      backupBytes: 300,
      exact: true,
      wal: {
        from: '000000010000000000000005',
        to: '00000003000000000000000A',
        // 5 to A, and at two forks a segment more.
        segments: 8,
        segmentBytes: 16_777_216,
      },
    });
  });

  it('is, with block incremental, at most what all backups it needs have added', () => {
    const full = backup(1);
    const { restoreBytes: _, ...incr } = backup(3, { type: 'incr', prior: full.label, repositoryBytes: 7 });
    const known = view({ repositories: [repository([full, incr])] });
    expect(choose('2026-03-04T00:00:00Z', known).chosen.fetched).toMatchObject({
      backupBytes: 107,
      exact: false,
    });
    const { prior: __, ...old } = incr;
    const unknown = view({ repositories: [repository([full, old])] });
    expect(choose('2026-03-04T00:00:00Z', unknown).chosen.fetched).not.toHaveProperty('backupBytes');
  });
});
