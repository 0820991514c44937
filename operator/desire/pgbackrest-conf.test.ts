import { expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { pgbackrestConf } from './pgbackrest-conf.ts';

const s3 = { endpoint: 's3.example.com', port: 9000, bucket: 'backups', credentialsSecret: 's3' };

it('has each repository with its store, keys and retention', () => {
  const wanted = wantedWith(
    {
      backup: {
        repositories: [
          { name: 'repo1', s3, encryptionSecret: 'cipher' },
          { name: 'repo2', volume: { claimName: 'nfs' } },
        ],
        retention: { full: 4 },
      },
    },
    {
      secrets: {
        s3: { 'access-key-id': 'key', 'secret-access-key': 'secret', 'ca.crt': 'PEM' },
        cipher: { passphrase: 'words' },
      },
    },
  );
  expect(pgbackrestConf(wanted).split('\n')).toEqual(
    expect.arrayContaining([
      'repo1-type=s3',
      'repo1-path=/shop/orders',
      'repo1-s3-endpoint=s3.example.com',
      'repo1-storage-port=9000',
      'repo1-s3-key=key',
      'repo1-s3-key-secret=secret',
      'repo1-storage-ca-file=/etc/pgbackrest/repo1-ca.crt',
      'repo1-cipher-type=aes-256-cbc',
      'repo1-cipher-pass=words',
      'repo1-retention-full-type=count',
      'repo1-retention-full=4',
      'repo2-type=posix',
      'repo2-path=/var/lib/pgbackrest/repo2',
      'pg1-path=/var/lib/postgresql/data/pgdata',
    ]),
  );
});
