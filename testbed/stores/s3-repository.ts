import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A store as its server tells of itself. */
export interface S3Facts {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly caFile: string;
}

/** Repository 1 in an S3 store: for pgbackrest.conf, and for `repositories:` of the agent. */
export const s3Repository = async (store: S3Facts) => {
  const directory = await mkdtemp(join(tmpdir(), 'howdah-s3-keys-'));
  const path = '/repo';
  // pgBackRest and the agents of a whole cluster run as another user.
  await chmod(directory, 0o755);
  const caFile = join(directory, 'ca.crt');
  await copyFile(store.caFile, caFile);
  await chmod(caFile, 0o644);
  const secrets = { id: store.accessKeyId, key: store.secretAccessKey };
  for (const [name, text] of Object.entries(secrets)) await writeFile(join(directory, name), text);
  return {
    settings: {
      'repo1-type': 's3',
      'repo1-path': path,
      'repo1-s3-bucket': store.bucket,
      // pgBackRest finds no address in a certificate, only names.
      'repo1-s3-endpoint': 'localhost',
      'repo1-storage-port': new URL(store.endpoint).port,
      'repo1-storage-ca-file': caFile,
      'repo1-s3-region': store.region,
      'repo1-s3-uri-style': 'path',
      'repo1-s3-key': store.accessKeyId,
      'repo1-s3-key-secret': store.secretAccessKey,
      // One object for a thousand small files: their requests one by one took most of a minute beside other tests.
      'repo1-bundle': 'y',
    },
    repository: {
      ...{ repo: 1, path },
      s3: {
        ...{ endpoint: store.endpoint, bucket: store.bucket, region: store.region, caFile },
        accessKeyIdFile: join(directory, 'id'),
        secretAccessKeyFile: join(directory, 'key'),
      },
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
};
