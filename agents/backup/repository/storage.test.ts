import { parseConfiguration } from '@howdah/pgbackrest/configuration';
import { expect, it } from 'vitest';
import { storageOf } from './storage.ts';

const sources = (lines: string) => ({
  configuration: parseConfiguration(`[global]\n${lines}`),
  environment: {},
  stanza: 'main',
});

it.each([
  ['a volume', 'repo1-path=/backup\nrepo1-retention-full=2', { retentionSet: true, path: '/backup' }],
  ['a volume at pgBackRest’s own path', '', { retentionSet: false, path: '/var/lib/pgbackrest' }],
  ['a store', 'repo1-type=s3\nrepo1-path=/backup', { retentionSet: false }],
  [
    'a retention of something else than fulls, which lets every full stay',
    'repo1-type=s3\nrepo1-retention-diff=3\nrepo1-retention-full-type=time',
    { retentionSet: false },
  ],
])('knows %s', (_, lines, known) => {
  expect(storageOf(sources(lines), 1)).toEqual({ repo: 1, ...known });
});

it('knows nothing of a repository on another host', () => {
  expect(storageOf(sources('repo1-host=keeper\nrepo1-path=/backup'), 1)).toBeUndefined();
});
