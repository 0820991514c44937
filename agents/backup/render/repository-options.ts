import type { AzureConfig, GcsConfig, S3Config } from '@howdah/objectstore/config';
import { type AzureAddress, azureAddress } from './azure-address.ts';
import type { Option, RenderedRepository, Retention, SecretOption } from './model.ts';

type Values = Readonly<Record<string, string | number | undefined>>;

/** Where another service than the provider’s own answers; pgBackRest takes host and port apart. */
const at = (endpoint: string | undefined): { host?: string; port?: string } => {
  if (endpoint === undefined) return {};
  const { hostname, port } = new URL(endpoint);
  return { host: hostname, ...(port === '' ? {} : { port }) };
};

const s3Options = ({ endpoint, region, bucket, pathStyle, caFile }: S3Config, keyType?: string): Values => ({
  type: 's3',
  's3-bucket': bucket,
  's3-endpoint': at(endpoint).host ?? `s3.${region}.amazonaws.com`,
  's3-region': region,
  's3-uri-style': pathStyle ? 'path' : 'host',
  's3-key-type': keyType ?? 'shared',
  'storage-port': at(endpoint).port,
  'storage-ca-file': caFile,
});

const azureOptions = (azure: AzureConfig, keyType?: string): Values => {
  const { account, host, style }: Partial<AzureAddress> = azureAddress(azure) ?? {};
  return {
    type: 'azure',
    'azure-account': account,
    'azure-container': azure.container,
    'azure-endpoint': host,
    'azure-uri-style': style,
    'azure-key-type': keyType ?? (azure.sasTokenFile === undefined ? 'shared' : 'sas'),
    'storage-port': at(azure.endpoint).port,
    'storage-ca-file': azure.caFile,
  };
};

const gcsOptions = ({ endpoint, bucket, keyFile, caFile }: GcsConfig, keyType?: string): Values => ({
  type: 'gcs',
  'gcs-bucket': bucket,
  'gcs-endpoint': at(endpoint).host,
  'gcs-key-type': keyType ?? 'service',
  // Of a service account pgBackRest wants the file itself.
  'gcs-key': keyType === undefined ? keyFile : undefined,
  'storage-port': at(endpoint).port,
  'storage-ca-file': caFile,
});

const storeOptions = ({ s3, azure, gcs, volume, path, keyType }: RenderedRepository): Values => {
  if (s3 !== undefined) return { ...s3Options(s3, keyType), path };
  if (azure !== undefined) return { ...azureOptions(azure, keyType), path };
  if (gcs !== undefined) return { ...gcsOptions(gcs, keyType), path };
  return { type: 'posix', path: volume?.directory };
};

/** What pgBackRest takes for granted is left to it, but for the type: it is judged by it. */
const retentionOptions = ({ full, fullType, diff, archive, archiveType }: Retention): Values => ({
  'retention-full-type': full === undefined ? undefined : fullType,
  'retention-full': full,
  'retention-diff': diff,
  'retention-archive-type': archive === undefined ? undefined : archiveType,
  'retention-archive': archive,
});

/** All of one repository that may be read by everybody, e.g. `repo1-path`. */
export const repositoryOptions = (repository: RenderedRepository): readonly Option[] => {
  const { repo, encryption, retention } = repository;
  const values: Values = {
    ...storeOptions(repository),
    'cipher-type': encryption === undefined ? undefined : 'aes-256-cbc',
    ...(retention === undefined ? {} : retentionOptions(retention)),
  };
  return Object.entries(values).flatMap(([name, value]): readonly Option[] =>
    value === undefined ? [] : [[`repo${repo}-${name}`, String(value)]],
  );
};

/** What of one repository is secret. */
export const repositorySecrets = (repository: RenderedRepository): readonly SecretOption[] => {
  const { repo, s3, azure, gcs, keyType, encryption } = repository;
  const files: readonly (readonly [string, string | undefined])[] = [
    ['s3-key', s3?.accessKeyIdFile],
    ['s3-key-secret', s3?.secretAccessKeyFile],
    ['azure-key', azure?.accountKeyFile ?? azure?.sasTokenFile],
    ['gcs-key', keyType === 'token' ? gcs?.keyFile : undefined],
    ['cipher-pass', encryption?.passphraseFile],
  ];
  return files.flatMap(([name, valueFile]): readonly SecretOption[] =>
    valueFile === undefined
      ? []
      : [
          {
            ...{ option: `repo${repo}-${name}`, valueFile },
            ...(name === 'azure-key' && azure?.sasTokenFile !== undefined ? { isSas: true } : {}),
          },
        ],
  );
};
