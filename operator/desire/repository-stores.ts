import type { Repository } from '@howdah/kinds/backup';
import { repositoryNumber } from '../backups/requests.ts';
import { authorityIn } from './authority.ts';
import { paths } from './paths.ts';
import type { Secrets, Wanted } from './wanted.ts';

/** Where the agents find a key of somebody's Secret: it is mounted as it is, and nothing copies it. */
const fileOf = (secret: string, key: string): string => `${paths.secrets}/${secret}/${key}`;

/** The Secret by which a repository's store lets in. */
export const storeSecretOf = ({ s3, azure, gcs }: Repository): string | undefined =>
  (s3 ?? azure ?? gcs)?.credentialsSecret;

/** `caFile` where the Secret has an authority; PostgreSQL's container has that file at the same path. */
const authorityOf = (secret: string | undefined, secrets: Secrets): object =>
  secret === undefined || authorityIn(secrets[secret]) === undefined
    ? {}
    : { caFile: fileOf(secret, 'ca.crt') };

const hostOf = ({ endpoint, port }: { readonly endpoint: string; readonly port?: number | undefined }) =>
  port === undefined ? endpoint : `${endpoint}:${port}`;

type S3 = NonNullable<Repository['s3']>;
const s3Of = ({ bucket, region, pathStyle, keyType, credentialsSecret, ...at }: S3) => ({
  ...{ endpoint: `https://${hostOf(at)}`, region, bucket, pathStyle },
  ...(credentialsSecret === undefined || keyType !== undefined
    ? {}
    : {
        accessKeyIdFile: fileOf(credentialsSecret, 'access-key-id'),
        secretAccessKeyFile: fileOf(credentialsSecret, 'secret-access-key'),
      }),
});

const azureOf = (
  { container, pathStyle, keyType, credentialsSecret, ...at }: NonNullable<Repository['azure']>,
  secrets: Secrets,
) => {
  const secret = secrets[credentialsSecret];
  // Without its Secret the spec is refused; the pods that it would have stay the same.
  const accountName = secret?.['account-name']?.trim() ?? 'unknown';
  const host = hostOf(at);
  const endpoint = pathStyle ? `https://${host}/${accountName}` : `https://${accountName}.${host}`;
  if (keyType !== undefined) return { endpoint, container, accountName };
  return secret?.['sas-token'] === undefined
    ? { endpoint, container, accountName, accountKeyFile: fileOf(credentialsSecret, 'account-key') }
    : { endpoint, container, sasTokenFile: fileOf(credentialsSecret, 'sas-token') };
};

const gcsOf = ({ bucket, endpoint, port, keyType, credentialsSecret }: NonNullable<Repository['gcs']>) => ({
  bucket,
  ...(endpoint === undefined ? {} : { endpoint: `https://${hostOf({ endpoint, port })}` }),
  ...(credentialsSecret === undefined || keyType !== undefined
    ? {}
    : { keyFile: fileOf(credentialsSecret, 'key.json') }),
});

/** How an agent gets into the object store of a repository; undefined for a volume. */
export const objectStoreOf = (
  repository: Repository,
  secrets: Secrets,
): Readonly<Record<string, object>> | undefined => {
  const { s3, azure, gcs } = repository;
  const ca = authorityOf(storeSecretOf(repository), secrets);
  if (s3 !== undefined) return { s3: { ...s3Of(s3), ...ca } };
  if (azure !== undefined) return { azure: { ...azureOf(azure, secrets), ...ca } };
  return gcs === undefined ? undefined : { gcs: { ...gcsOf(gcs), ...ca } };
};

/** A volume is mounted for this cluster; within a store several may live. */
const placeOf = (repository: Repository, { namespace, name, secrets }: Wanted): object => {
  const { path, volume, s3, azure, gcs } = repository;
  if (volume !== undefined)
    return { volume: { directory: `${paths.repository(repository.name)}${path ?? ''}` } };
  const keyType = (s3 ?? azure ?? gcs)?.keyType;
  return {
    path: path ?? `/${namespace}/${name}`,
    ...(keyType === undefined ? {} : { keyType }),
    ...objectStoreOf(repository, secrets),
  };
};

/** `repositories:` of backup.yaml, of which the agent makes pgbackrest.conf. */
export const backupRepositories = (wanted: Wanted): readonly object[] => {
  const { repositories = [], retention: ofAll } = wanted.spec.backup;
  return repositories.map((repository) => {
    const { name, encryptionSecret, retention = ofAll } = repository;
    return {
      repo: repositoryNumber(name),
      ...placeOf(repository, wanted),
      ...(encryptionSecret === undefined
        ? {}
        : { encryption: { passphraseFile: fileOf(encryptionSecret, 'passphrase') } }),
      ...(retention === undefined ? {} : { retention }),
    };
  });
};
