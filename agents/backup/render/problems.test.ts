import { expect, it } from 'vitest';
import { schema } from '../config.ts';

const volume = { repo: 1, volume: { directory: '/backups' } };
const s3 = { bucket: 'backups', accessKeyIdFile: '/s/id', secretAccessKeyFile: '/s/key' };

/** `path: accepted form` for each problem. */
const problems = (config: object, render: object | undefined = {}): readonly string[] => {
  const base = { stanza: 'main', role: { source: 'postgres' }, schedules: [], repositories: [volume] };
  const pgbackrest =
    render === undefined
      ? {}
      : { render: { directory: '/etc/pgbackrest', dataDirectory: '/pgdata', ...render } };
  const result = schema.safeParse({ ...base, pgbackrest, ...config });
  return (result.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
};

const withOptions = (options: object) => problems({}, { options });

it('accepts what pgBackRest takes beside what the agent owns', () => {
  expect(
    withOptions({
      ...{ 'process-max': '2', 'archive-push:compress-level': '1', 'repo1-bundle': 'y', 'db-timeout': '60' },
      ...{ 'repo2-type': 'sftp', 'repo2-path': '/backups', 'backup-standby': 'y', 'pg2-host': 'pg-1' },
    }),
  ).toEqual([]);
});

it.each([
  ['repo1-path', 'repositories with repo: 1; write path'],
  ['repo1-cipher-pass', 'encryption.passphraseFile'],
  ['repo1-retention-full', 'retention.full'],
  ['archive-push:repo1-s3-endpoint', 's3.endpoint'],
  ['pg1-path', 'pgbackrest.render.dataDirectory'],
  ['pg1-host', 'away from the server beside the agent'],
  ['stanza', 'write stanza'],
  ['repo-path', 'former name'],
  ['retention-full', 'former name'],
  ['expire-auto', 'superseded'],
  ['repo2-s3-key', 'secretOptions'],
  ['Process Max', 'the name of an option'],
])('refuses the option %s with the way out', (option, words) => {
  const [problem, ...others] = withOptions({ [option]: 'x' });
  expect(problem).toMatch(/^pgbackrest\.render\.options: /);
  expect(problem).toContain(words);
  expect(others).toEqual([]);
});

it('takes each option from one place', () => {
  const secretOptions = [{ option: 'repo1-s3-token', valueFile: '/s/token' }];
  expect(problems({}, { secretOptions })).toEqual([]);
  expect(problems({}, { secretOptions: [...secretOptions, ...secretOptions] })).toEqual([
    'pgbackrest.render: repo1-s3-token once, and not in two places',
  ]);
});

it('refuses a value that a line of pgbackrest.conf cannot hold', () => {
  expect(withOptions({ 'process-max': '2\nrepo1-path=/elsewhere' })[0]).toContain('a line end');
  expect(withOptions({ 'process-max': ' 2' })[0]).toContain('would be lost');
  const region = { repo: 1, path: '/a', s3: { ...s3, region: 'a\nb' } };
  expect(problems({ repositories: [region] })).toEqual([
    expect.stringMatching(/^repositories\.0: a value for repo1-s3-endpoint/),
    expect.stringMatching(/^repositories\.0: a value for repo1-s3-region/),
  ]);
  expect(problems({ stanza: 'main]' })[0]).toMatch(/^stanza: letters/);
});

it('refuses a retention that would let the only full backup go, and one that counts nothing', () => {
  expect(problems({ repositories: [{ ...volume, retention: { full: 0 } }] })[0]).toMatch(
    /^repositories\.0\.retention\.full: at least 1/,
  );
  expect(problems({ repositories: [{ ...volume, retention: { full: 1, archiveType: 'incr' } }] })).toEqual([
    'repositories.0.retention.archive: how many backups of archiveType keep all their WAL',
  ]);
});

it('refuses two repositories at one place, and two of one number', () => {
  expect(problems({ repositories: [volume, { ...volume, repo: 2 }] })[0]).toMatch(
    /^repositories\.1: a place that no other/,
  );
  expect(problems({ repositories: [volume, { repo: 1, volume: { directory: '/other' } }] })).toEqual([
    'repositories.1.repo: a number that no other repository has',
  ]);
});

it('refuses stores that pgBackRest cannot reach', () => {
  const at = (store: object) => problems({ repositories: [{ repo: 1, path: '/a', ...store }] });
  expect(at({ s3: { ...s3, endpoint: 'http://s3.test' } })[0]).toContain('TLS');
  expect(at({ s3: { ...s3, endpoint: 'https://s3.test/deep' } })[0]).toContain('without a path');
  const azure = { endpoint: 'https://one.blob.test', container: 'backups', accountKeyFile: '/s/key' };
  expect(at({ azure: { ...azure, accountName: 'other' } })[0]).toContain('https://<account>.<host>');
  expect(problems({ postgres: { host: 'db.example.com' } })[0]).toMatch(/^postgres\.host: the directory/);
});

it('wants a key in files or none at all, in every repository', () => {
  const at = (store: object, render?: object) =>
    problems({ repositories: [{ repo: 1, path: '/a', ...store }] }, render);
  expect(at({ s3: { bucket: 'backups' } })[0]).toMatch(/^repositories\.0\.s3: .*auto or web-id/);
  expect(at({ s3, keyType: 'auto' })[0]).toContain('no files with a key beside keyType: auto');
  expect(at({ gcs: { bucket: 'backups' }, keyType: 'web-id' })[0]).toBe(
    'repositories.0.keyType: auto or token',
  );
  expect(problems({ repositories: [{ ...volume, keyType: 'auto' }] })[0]).toContain('a volume has no keys');
});

it('reads retention and encryption only where it writes the file, and writes none that somebody else writes', () => {
  const repositories = [{ ...volume, retention: { full: 2 } }];
  expect(problems({ repositories, pgbackrest: {} })[0]).toMatch(
    /^repositories\.0\.retention: pgbackrest\.render beside it/,
  );
  const render = { directory: '/etc/pgbackrest', dataDirectory: '/pgdata' };
  expect(problems({ pgbackrest: { configFile: '/etc/pgbackrest.conf', render } })).toEqual([
    'pgbackrest.configFile: none beside pgbackrest.render, which writes the file',
  ]);
});
