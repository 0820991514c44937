import { schema } from '@howdah/backup/config';
import { describe, expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { agentConfigs } from './agent-configs.ts';
import { memberTemplate } from './stateful-set.ts';

const s3 = { endpoint: 's3.example.com', port: 9000, bucket: 'backups', credentialsSecret: 's3' };
const azure = { endpoint: '10.0.0.7', container: 'backups', pathStyle: true, credentialsSecret: 'azure' };
const secrets = {
  s3: {
    ...{ 'access-key-id': 'key', 'secret-access-key': 'secret' },
    'ca.crt': '-----BEGIN CERTIFICATE-----\nPEM\n-----END CERTIFICATE-----\n',
  },
  azure: { 'account-name': 'account\n', 'sas-token': 'words' },
};

const backupOf = (backup: object, found: typeof secrets | object = secrets) => {
  const wanted = wantedWith({ backup }, { secrets: found as typeof secrets });
  const { config, problems } = agentConfigs(wanted).find(({ agent }) => agent === 'backup') ?? {};
  return { wanted, config, problems };
};
/** As the agent reads them. */
const repositoriesOf = (backup: object, found?: object) => {
  const { config, problems } = backupOf(backup, found);
  expect(problems).toEqual([]);
  return schema.parse(config).repositories;
};

describe('the repositories of the backup agent', () => {
  it('lie where the spec says, with the users’ own Secrets as they are mounted', () => {
    const repositories = [
      { name: 'repo1', s3, encryptionSecret: 'cipher' },
      { name: 'repo2', azure, path: '/elsewhere' },
      { name: 'repo3', volume: { claimName: 'nfs' }, path: '/below' },
      { name: 'repo4', gcs: { bucket: 'backups', credentialsSecret: 'google' } },
    ];
    expect(repositoriesOf({ repositories })).toMatchObject([
      {
        ...{ repo: 1, path: '/shop/orders' },
        s3: {
          ...{ endpoint: 'https://s3.example.com:9000', bucket: 'backups' },
          accessKeyIdFile: '/etc/howdah/secrets/s3/access-key-id',
          secretAccessKeyFile: '/etc/howdah/secrets/s3/secret-access-key',
          caFile: '/etc/howdah/secrets/s3/ca.crt',
        },
        encryption: { passphraseFile: '/etc/howdah/secrets/cipher/passphrase' },
      },
      {
        ...{ repo: 2, path: '/elsewhere' },
        azure: {
          ...{ endpoint: 'https://10.0.0.7/account', container: 'backups' },
          sasTokenFile: '/etc/howdah/secrets/azure/sas-token',
        },
      },
      { repo: 3, volume: { directory: '/var/lib/pgbackrest/repo3/below' } },
      {
        ...{ repo: 4, path: '/shop/orders' },
        gcs: { bucket: 'backups', keyFile: '/etc/howdah/secrets/google/key.json' },
      },
    ]);
  });

  it('have no authority where the Secret’s is blank, and no keys where the pods have an identity', () => {
    const blank = { s3: { ...secrets.s3, 'ca.crt': '\n' }, azure: secrets.azure };
    const [withKeys] = repositoriesOf({ repositories: [{ name: 'repo1', s3 }] }, blank);
    expect(withKeys?.s3).not.toHaveProperty('caFile');
    const { credentialsSecret: _, ...unkeyed } = s3;
    const [first, second] = repositoriesOf({
      repositories: [
        { name: 'repo1', s3: { ...unkeyed, keyType: 'web-id' } },
        { name: 'repo2', azure: { ...azure, keyType: 'auto' } },
      ],
    });
    expect(first).toMatchObject({ keyType: 'web-id' });
    expect(first?.s3).not.toHaveProperty('accessKeyIdFile');
    expect(second).toMatchObject({ keyType: 'auto', azure: { accountName: 'account' } });
    expect(second?.azure).not.toHaveProperty('sasTokenFile');
  });

  it('keep what spec.backup.retention says, unless one says otherwise', () => {
    const repositories = [
      { name: 'repo1', s3 },
      { name: 'repo2', volume: { claimName: 'nfs' }, retention: { full: 7, fullType: 'time' } },
    ];
    expect(
      repositoriesOf({ repositories, retention: { full: 4, archive: 2, archiveType: 'diff' } }),
    ).toMatchObject([
      { retention: { full: 4, fullType: 'count', archive: 2, archiveType: 'diff' } },
      { retention: { full: 7, fullType: 'time' } },
    ]);
    expect(repositoriesOf({ repositories })[0]?.retention).toBeUndefined();
  });
});

it('the pods are the same, whatever the Secrets hold, and whether they are there', () => {
  const repositories = [
    { name: 'repo1', s3, encryptionSecret: 'cipher' },
    { name: 'repo2', azure: { ...azure, keyType: 'auto' } },
  ];
  const digestWith = (found: object) => {
    const { wanted } = backupOf({ repositories }, found);
    return memberTemplate(wanted, agentConfigs(wanted)).digest;
  };
  const another = {
    s3: { 'access-key-id': 'other' },
    azure: { 'account-name': 'other', 'account-key': 'x' },
  };
  expect(digestWith(another)).toBe(digestWith(secrets));
  expect(digestWith({})).toBe(digestWith(secrets));
});

describe('pgbackrest.conf', () => {
  const repositories = [{ name: 'repo1', s3 }];
  const rendered = (pgbackrest: object) => backupOf({ repositories, pgbackrest });

  it('has options of the spec beside and over the operator’s', () => {
    const render = {
      options: { 'process-max': '2', 'compress-type': 'zst' },
      optionLists: { exclude: ['junk/'] },
    };
    const { config, problems } = rendered({ render });
    expect(problems).toEqual([]);
    expect(schema.parse(config).pgbackrest.render).toMatchObject({
      ...{ directory: '/etc/pgbackrest', dataDirectory: '/var/lib/postgresql/data/pgdata' },
      options: { 'start-fast': 'y', 'compress-type': 'zst', 'process-max': '2' },
      optionLists: { exclude: ['junk/'] },
    });
  });

  it.each([
    [
      { render: { options: { 'repo1-retention-full': '2' } } },
      /^spec\.backup\.pgbackrest\.render\.options: .*retention\.full/,
    ],
    [
      { configFile: '/etc/mine.conf' },
      /^spec\.backup\.pgbackrest\.configFile: none beside pgbackrest\.render/,
    ],
  ])('takes no other word than the spec’s for what is the agent’s: %j', (pgbackrest, expected) => {
    expect(rendered(pgbackrest).problems).toEqual([expect.stringMatching(expected)]);
  });
});
