import { readFileSync } from 'node:fs';
import { parseInfo } from '@howdah/pgbackrest/info';
import { describe, expect, it } from 'vitest';
import { at, backupOf, viewOf } from '../testing/samples.ts';
import { newestTimeline, type Reading, viewsAfter } from './views.ts';

const read = (name: string, time = at('02T00:00')): Reading => ({
  at: time,
  info: parseInfo(
    readFileSync(new URL(`../../../shared/pgbackrest/testdata/${name}-2.45.json`, import.meta.url), 'utf8'),
    'main',
  ),
});

describe('what is known of the repositories', () => {
  it('is each with its own backups', () => {
    const views = viewsAfter([], read('info-full-and-incr'), [1]);
    expect(views.map(({ repo, reachable, backups }) => [repo, reachable, backups.length])).toEqual([
      [1, true, 2],
      [2, true, 0],
    ]);
    expect(views[1]?.archives).toEqual([
      {
        databaseId: 1,
        postgresVersion: '15',
        walMin: '000000010000000000000001',
        walMax: '000000010000000000000005',
      },
    ]);
    expect(views[1]).toMatchObject({ message: 'no valid backups', stanzaMissing: false });
  });

  it('is that the stanza is missing', () => {
    expect(viewsAfter([], read('info-no-stanza'), [1]).every(({ stanzaMissing }) => stanzaMissing)).toBe(
      true,
    );
  });

  it('keeps what a repository had when it no longer answers, and says why it does not', () => {
    const before = [viewOf([]), viewOf([backupOf('full', at('01T00:00'), { repo: 2 })], { repo: 2 })];
    const [good, down] = viewsAfter(before, read('info-repo2-down'), [1, 2]);
    expect(good).toMatchObject({ reachable: true });
    expect(down).toMatchObject({ reachable: false, checkedAt: at('02T00:00') });
    expect(down?.message).toContain('Permission denied');
    expect(down?.backups).toHaveLength(1);
  });

  it('keeps everything when pgBackRest as a whole does not answer', () => {
    const before = viewsAfter([], read('info-full-and-incr'), [1]);
    const after = viewsAfter(before, { at: at('03T00:00'), failure: 'timed out' }, [1]);
    expect(after.map(({ reachable, message }) => [reachable, message])).toEqual([
      [false, 'timed out'],
      [false, 'timed out'],
    ]);
    expect(after[0]?.backups).toEqual(before[0]?.backups);
    expect(after[0]?.archives).toEqual(before[0]?.archives);
    expect(after[0]?.archives).not.toEqual([]);
  });

  it('names a repository that a schedule wants and pgbackrest.conf lacks', () => {
    expect(viewsAfter([], read('info-full-and-incr'), [1, 7]).at(-1)).toMatchObject({
      repo: 7,
      reachable: false,
      message: 'pgbackrest.conf has no repo7',
    });
  });
});

describe('the newest timeline', () => {
  it('is that of archive or backups, whichever is newer', () => {
    expect(newestTimeline([viewOf([], { walMax: '00000003000000000000000A' })])).toBe(3);
    const backup = backupOf('full', at('01T00:00'), { walStop: '0000000B0000000000000001' });
    expect(newestTimeline([viewOf([backup], { walMax: '00000003000000000000000A' })])).toBe(11);
  });

  it('is unknown of empty repositories', () => {
    expect(newestTimeline([viewOf([])])).toBeUndefined();
  });
});
