import { describe, expect, it } from 'vitest';
import { schema } from '../config.ts';
import { configurationText, secretsText } from './text.ts';
import { wantedConfiguration } from './wanted.ts';

const wantedOf = (repositories: readonly object[], render: object = {}) => {
  const { pgbackrest, ...config } = schema.parse({
    ...{ stanza: 'main', role: { source: 'postgres' }, schedules: [], repositories },
    postgres: { host: '/run/postgresql' },
    pgbackrest: { render: { directory: '/etc/pgbackrest', dataDirectory: '/pgdata', ...render } },
  });
  if (pgbackrest.render === undefined) throw new Error('render is given');
  return wantedConfiguration({ ...config, render: pgbackrest.render });
};

/** The lines of the section `[global]` of these repositories. */
const globalOf = (...repositories: readonly object[]): readonly string[] =>
  (wantedOf(repositories).sections.get('global') ?? []).map(([name, value]) => `${name}=${value}`);

const keys = { accessKeyIdFile: '/s/id', secretAccessKeyFile: '/s/key' };
const volume = { repo: 1, volume: { directory: '/backups' } };

describe('pgbackrest.conf', () => {
  it('has the repository, the server and what is passed through, in the sections that pgBackRest wants', () => {
    const wanted = wantedOf([{ ...volume, retention: { full: 2 } }], {
      options: { 'process-max': '2', 'archive-push:compress-level': '1', 'pg2-path': '/other' },
      optionLists: { exclude: ['junk/', 'tmp/'] },
    });
    expect(
      configurationText(wanted),
    ).toBe(`# Written by the backup agent from backup.yaml: what is changed here by hand is lost.

[global]
repo1-type=posix
repo1-path=/backups
repo1-retention-full-type=count
repo1-retention-full=2
process-max=2
exclude=junk/
exclude=tmp/

[global:archive-push]
compress-level=1

[main]
pg2-path=/other
pg1-path=/pgdata
pg1-socket-path=/run/postgresql
pg1-port=5432
pg1-user=howdah_backup
pg1-database=postgres
`);
  });

  it('takes an S3 address apart as pgBackRest wants it, and keeps the keys out', () => {
    const s3 = { endpoint: 'https://s3.example.com:9000', bucket: 'backups', caFile: '/s/ca.crt', ...keys };
    expect(globalOf({ repo: 3, path: '/orders', s3 })).toEqual([
      ...['repo3-type=s3', 'repo3-s3-bucket=backups', 'repo3-s3-endpoint=s3.example.com'],
      ...['repo3-s3-region=us-east-1', 'repo3-s3-uri-style=path', 'repo3-s3-key-type=shared'],
      ...['repo3-storage-port=9000', 'repo3-storage-ca-file=/s/ca.crt', 'repo3-path=/orders'],
    ]);
    expect(wantedOf([{ repo: 3, path: '/orders', s3 }]).secrets).toEqual([
      { option: 'repo3-s3-key', valueFile: '/s/id' },
      { option: 'repo3-s3-key-secret', valueFile: '/s/key' },
    ]);
  });

  it('lets pgBackRest in by a workload’s identity, without any secret', () => {
    const at = { path: '/orders', keyType: 'auto' };
    const repositories = [
      { ...at, repo: 1, keyType: 'web-id', s3: { bucket: 'backups', region: 'eu-west-1', pathStyle: false } },
      { ...at, repo: 2, azure: { endpoint: 'https://orders.blob.core.windows.net', container: 'backups' } },
      { ...at, repo: 3, gcs: { bucket: 'backups' } },
    ];
    const lines = globalOf(...repositories);
    expect(lines).toContain('repo1-s3-endpoint=s3.eu-west-1.amazonaws.com');
    expect(lines).toContain('repo1-s3-uri-style=host');
    expect(lines.filter((line) => line.includes('key'))).toEqual([
      'repo1-s3-key-type=web-id',
      'repo2-azure-key-type=auto',
      'repo3-gcs-key-type=auto',
    ]);
    expect(wantedOf(repositories).secrets).toEqual([]);
  });

  it('finds Azure’s account in the host or in the path of its address', () => {
    const azure = { container: 'backups', sasTokenFile: '/s/sas' };
    const inHost = { ...azure, endpoint: 'https://orders.blob.core.windows.net' };
    const inPath = { ...azure, endpoint: 'https://azurite.example.com:10000/orders' };
    const lines = globalOf({ repo: 1, path: '/a', azure: inHost }, { repo: 2, path: '/a', azure: inPath });
    for (const line of [
      ...[
        'repo1-azure-account=orders',
        'repo1-azure-endpoint=blob.core.windows.net',
        'repo1-azure-uri-style=host',
      ],
      ...[
        'repo2-azure-account=orders',
        'repo2-azure-endpoint=azurite.example.com',
        'repo2-azure-uri-style=path',
      ],
      ...['repo2-storage-port=10000', 'repo1-azure-key-type=sas'],
    ])
      expect(lines).toContain(line);
    expect(wantedOf([{ repo: 1, path: '/a', azure: inHost }]).secrets).toEqual([
      { option: 'repo1-azure-key', valueFile: '/s/sas', isSas: true },
    ]);
  });

  it('names the file of a service account to pgBackRest, and takes a token for a secret', () => {
    const gcs = { bucket: 'backups', keyFile: '/s/gcs.json' };
    expect(globalOf({ repo: 1, path: '/a', gcs })).toEqual([
      ...['repo1-type=gcs', 'repo1-gcs-bucket=backups', 'repo1-gcs-key-type=service'],
      ...['repo1-gcs-key=/s/gcs.json', 'repo1-path=/a'],
    ]);
    const token = { repo: 1, path: '/a', keyType: 'token', gcs: { ...gcs, endpoint: 'https://gcs.test' } };
    expect(globalOf(token)).not.toContain('repo1-gcs-key=/s/gcs.json');
    expect(wantedOf([token]).secrets).toEqual([{ option: 'repo1-gcs-key', valueFile: '/s/gcs.json' }]);
  });

  it('has the cipher, and the passphrase among the secrets', () => {
    const encrypted = { ...volume, encryption: { passphraseFile: '/s/pass' } };
    expect(globalOf(encrypted)).toContain('repo1-cipher-type=aes-256-cbc');
    expect(wantedOf([encrypted]).secrets).toEqual([{ option: 'repo1-cipher-pass', valueFile: '/s/pass' }]);
    expect(secretsText([['repo1-cipher-pass', 'a=b # c']])).toMatch(
      /\n\[global\]\nrepo1-cipher-pass=a=b # c\n$/,
    );
  });

  it('writes retention by time, and WAL by a count of its own', () => {
    const retention = { full: 30, fullType: 'time', diff: 7, archive: 14, archiveType: 'diff' };
    expect(globalOf({ ...volume, retention }).filter((line) => line.includes('retention'))).toEqual([
      ...['repo1-retention-full-type=time', 'repo1-retention-full=30', 'repo1-retention-diff=7'],
      ...['repo1-retention-archive-type=diff', 'repo1-retention-archive=14'],
    ]);
  });
});
