import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseInfo } from './info.ts';

const recorded = (name: string): string =>
  readFileSync(new URL(`testdata/${name}-2.45.json`, import.meta.url), 'utf8');

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
