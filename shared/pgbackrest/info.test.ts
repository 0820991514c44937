import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseInfo } from './info.ts';

const recorded = (name: string, version = '2.45'): string =>
  readFileSync(new URL(`testdata/${name}-${version}.json`, import.meta.url), 'utf8');

describe('pgbackrest info', () => {
  it('shows each backup with its repository, WAL and annotations', () => {
    const { backups } = parseInfo(recorded('info-full-and-incr'), 'main');
    expect(backups).toHaveLength(2);
    const [full, incr] = backups;
    expect(full).toMatchObject({
      type: 'full',
      repo: 1,
      walStart: '000000010000000000000003',
      lsnStart: '0/3000028',
      postgresVersion: '15',
      pgbackrestVersion: '2.45',
      annotations: { 'howdah-schedule': 'nightly', 'howdah-due': '2026-03-01T01:00:00.000Z' },
      references: [],
      damagedPages: false,
    });
    expect(full).not.toHaveProperty('prior');
    expect(incr).toMatchObject({
      type: 'incr',
      prior: full?.label,
      references: [full?.label],
      annotations: {},
    });
    expect(full?.stoppedAt.getTime()).toBeGreaterThan(full?.startedAt.getTime() ?? 0);
  });

  it('says in one line why a repository does not answer', () => {
    const [stanza] = JSON.parse(recorded('info-full-and-incr'));
    const message = "[HostConnectError] unable to connect to 's3'\n    [HostConnectError] on 6 retries";
    stanza.repo[0].status = { code: 99, message };
    const { repositories } = parseInfo(JSON.stringify([stanza]), 'main');
    expect(repositories[0]?.status.message).toBe(
      "[HostConnectError] unable to connect to 's3'; [HostConnectError] on 6 retries",
    );
  });

  it('shows the archive of each repository, with nothing where it is empty', () => {
    expect(parseInfo(recorded('info-full-and-incr'), 'main').archives).toContainEqual({
      repo: 2,
      databaseId: 1,
      postgresVersion: '15',
      walMin: '000000010000000000000001',
      walMax: '000000010000000000000005',
    });
    expect(parseInfo(recorded('info-no-backup'), 'main').archives[0]).toEqual({
      repo: 1,
      databaseId: 1,
      postgresVersion: '15',
    });
  });

  it('keeps the backups of a good repository when another is down, and says why that one is', () => {
    const info = parseInfo(recorded('info-repo2-down'), 'main');
    expect(info.backups.map(({ repo }) => repo)).toEqual([1, 1]);
    expect(info.repositories.map(({ repo, status }) => [repo, status.code])).toEqual([
      [1, 0],
      [2, 99],
    ]);
    expect(info.repositories[1]?.status.message).toContain('Permission denied');
  });

  it.each([
    ['info-no-stanza', 1],
    ['info-no-backup', 2],
    ['info-all-down', 99],
  ])('reads %s as status %i', (name, code) => {
    expect(parseInfo(recorded(name), 'main').status.code).toBe(code);
  });

  it('says that a command runs on this host', () => {
    expect(parseInfo(recorded('info-while-running'), 'main').backupLock).toEqual({ held: true });
    expect(parseInfo(recorded('info-no-backup'), 'main').backupLock).toEqual({ held: false });
  });

  it.each([
    ['', 'no JSON'],
    ['[]', 'names no stanza main'],
    ['[{"name":"main"}]', 'archive'],
  ])('refuses %j and says what is wrong', (json, problem) => {
    expect(() => parseInfo(json, 'main')).toThrow(problem);
  });
});

/** Recorded from Debian’s packages; what is between them differs in fields that are not read. */
describe.each(['2.45', '2.55', '2.60'])('the answer of pgBackRest %s', (version) => {
  it('has its backups and which of them builds on which', () => {
    const { backups } = parseInfo(recorded('info-full-and-incr', version), 'main');
    const [full] = backups;
    expect(backups).toMatchObject([
      { type: 'full', annotations: { 'howdah-schedule': 'nightly' }, references: [] },
      { type: 'incr', prior: full?.label, references: [full?.label] },
    ]);
    expect(full?.pgbackrestVersion).toContain(version);
  });

  it('says that a backup runs', () => {
    expect(parseInfo(recorded('info-while-running', version), 'main').backupLock.held).toBe(true);
  });

  it('keeps the backups of the repository that answers', () => {
    const { backups, repositories } = parseInfo(recorded('info-repo2-down', version), 'main');
    expect(backups.length).toBeGreaterThanOrEqual(2);
    expect(repositories.map(({ status }) => status.code)).toEqual([0, 99]);
  });
});

describe.each(['2.55', '2.60'])('the answer of pgBackRest %s', (version) => {
  it('says how far a running backup is', () => {
    const { backupLock } = parseInfo(recorded('info-while-running', version), 'main');
    expect(backupLock).toMatchObject({ held: true, totalBytes: expect.any(Number), completeBytes: 0 });
  });

  it('has no size in the repository for block incremental, and the size of its maps', () => {
    const newest = parseInfo(recorded('info-block', version), 'main').backups.at(-1);
    expect(newest).toMatchObject({ type: 'incr', mapBytes: expect.any(Number) });
    expect(newest).not.toHaveProperty('repositoryBytes');
  });

  it('has backups and archives of two databases after a stanza was upgraded', () => {
    const { backups, archives } = parseInfo(recorded('info-upgraded', version), 'main');
    expect(new Set(backups.map(({ databaseId }) => databaseId))).toEqual(new Set([1, 2]));
    expect(archives.filter(({ repo }) => repo === 1).map(({ databaseId }) => databaseId)).toEqual([1, 2]);
  });

  it('says in one line that a stanza is damaged, and has what the other repository holds', () => {
    const { archives, repositories } = parseInfo(recorded('info-damaged', version), 'main');
    expect(repositories.map(({ status }) => status.code)).toEqual([99, 2]);
    expect(repositories[0]?.status.message).toMatch(/^\[FormatError\] unable to load info file .*; /);
    expect(repositories[0]?.status.message).not.toContain('\n');
    expect(archives.map(({ repo }) => repo)).toEqual([2, 2]);
  });
});
