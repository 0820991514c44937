import { expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { agentConfigs } from './agent-configs.ts';
import { memberTemplate } from './stateful-set.ts';

const s3 = { endpoint: 's3.example.com', port: 9000, bucket: 'backups', credentialsSecret: 's3' };
const azure = { endpoint: 'blob.example.com', container: 'backups', credentialsSecret: 'azure' };
const secrets = {
  s3: { 'access-key-id': 'key', 'secret-access-key': 'secret', 'ca.crt': '-----BEGIN CERTIFICATE-----' },
  azure: { 'account-name': 'account', 'account-key': 'words' },
};
const audited = (repository: object, audit: object = {}) =>
  wantedWith(
    { audit: { enabled: true, ...audit }, backup: { repositories: [{ name: 'repo1', ...repository }] } },
    { secrets },
  );
const auditUpload = (wanted: ReturnType<typeof audited>) =>
  agentConfigs(wanted).find(({ agent }) => agent === 'audit-upload');

it('keeps audit records beside the backups when the spec says only that it audits', () => {
  const wanted = audited({ s3 });
  expect(auditUpload(wanted)).toMatchObject({
    problems: [],
    config: {
      prefix: 'audit/shop/orders',
      store: {
        s3: {
          endpoint: 'https://s3.example.com:9000',
          bucket: 'backups',
          accessKeyIdFile: '/etc/howdah/secrets/s3/access-key-id',
          caFile: '/etc/howdah/secrets/s3/ca.crt',
        },
      },
    },
  });
});

it('keeps them where they are when the list of repositories is put in another order', () => {
  const [one, two] = [
    { name: 'repo1', s3 },
    { name: 'repo2', azure },
  ];
  const inOrder = (...repositories: object[]) =>
    auditUpload(wantedWith({ audit: { enabled: true }, backup: { repositories } }, { secrets }))?.config;
  expect(inOrder(two, one)).toEqual(inOrder(one, two));
  expect(inOrder(two, one)).toMatchObject({ store: { s3: { bucket: 'backups' } } });
  const volume = { name: 'repo1', volume: { claimName: 'nfs' } };
  expect(inOrder({ name: 'repo3', s3 }, volume, two)).toMatchObject({ store: { azure: {} } });
});

it('does so in Azure, too', () => {
  expect(auditUpload(audited({ azure }))).toMatchObject({
    problems: [],
    config: {
      store: {
        azure: {
          endpoint: 'https://account.blob.example.com',
          container: 'backups',
          accountName: 'account',
          accountKeyFile: '/etc/howdah/secrets/azure/account-key',
        },
      },
    },
  });
});

it('is switched on without new pods', () => {
  const off = audited({ s3 }, { enabled: false });
  const on = audited({ s3 });
  expect(memberTemplate(on, agentConfigs(on)).digest).toBe(memberTemplate(off, agentConfigs(off)).digest);
});

it('takes the store that the spec names', () => {
  const web = { url: 'https://audit.example.com' };
  const wanted = audited({ s3 }, { store: { web } });
  expect(auditUpload(wanted)).toMatchObject({ problems: [], config: { store: { web } } });
});

it.each([
  { volume: { claimName: 'nfs' } },
  { gcs: { bucket: 'backups', credentialsSecret: 'google' } },
  { s3: { endpoint: 's3.example.com', bucket: 'backups', keyType: 'auto' } },
])('says that there is no store where no repository has one that it enters by keys: %j', (repository) => {
  expect(auditUpload(audited(repository))?.problems).toEqual([expect.stringContaining('spec.audit.store')]);
});
