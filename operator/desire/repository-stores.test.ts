import { schema } from '@howdah/backup/config';
import { expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { agentConfigs } from './agent-configs.ts';
import { pgbackrestSecret } from './config-maps.ts';

const s3 = { endpoint: 's3.example.com', port: 9000, bucket: 'backups', credentialsSecret: 's3' };
const azure = {
  ...{ endpoint: '10.0.0.7', container: 'backups', pathStyle: true, credentialsSecret: 'azure' },
};
const secrets = {
  s3: { 'access-key-id': 'key', 'secret-access-key': 'secret', 'ca.crt': 'PEM' },
  azure: { 'account-name': 'account', 'sas-token': 'words' },
};

it('tells the backup agent where it keeps its journal: beside the stanza of each repository', () => {
  const repositories = [
    { name: 'repo1', s3 },
    { name: 'repo2', azure, path: '/elsewhere' },
    { name: 'repo3', volume: { claimName: 'nfs' } },
  ];
  const wanted = wantedWith({ backup: { repositories } }, { secrets });
  const found = agentConfigs(wanted).find(({ agent }) => agent === 'backup');
  expect(found?.problems).toEqual([]);
  const config = schema.parse(found?.config);
  expect(config.repositories).toMatchObject([
    { repo: 1, path: '/shop/orders', s3: { endpoint: 'https://s3.example.com:9000', bucket: 'backups' } },
    { repo: 2, path: '/elsewhere', azure: { endpoint: 'https://10.0.0.7/account', container: 'backups' } },
    { repo: 3, volume: { directory: '/var/lib/pgbackrest/repo3' } },
  ]);
  const files = Object.keys(pgbackrestSecret(wanted).data as object);
  for (const path of JSON.stringify(config.repositories).matchAll(/\/etc\/pgbackrest\/([^"]+)/g))
    expect(files).toContain(path[1]);
});

it('leaves one out whose Secret is not there yet', () => {
  const wanted = wantedWith({ backup: { repositories: [{ name: 'repo1', s3 }] } });
  const config = agentConfigs(wanted).find(({ agent }) => agent === 'backup')?.config;
  expect(config).toMatchObject({ repositories: [] });
});
