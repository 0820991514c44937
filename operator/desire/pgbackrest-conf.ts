import type { Repository, Retention } from '@howdah/kinds/backup';
import { paths, stanza } from './paths.ts';
import type { Secrets, Wanted } from './wanted.ts';

/** Names of files beside pgbackrest.conf: the authorities of the stores. */
export const caFileOf = ({ name }: Repository): string => `${name}-ca.crt`;

type Options = Readonly<Record<string, string | number | undefined>>;

/** The Secret that a repository's store wants, as far as it is there. */
const secretOf = (secrets: Secrets, name: string | undefined): Readonly<Record<string, string>> =>
  (name === undefined ? undefined : secrets[name]) ?? {};

const common = (repository: Repository, ca: string | undefined, port: number | undefined): Options => ({
  'storage-port': port,
  'storage-ca-file': ca === undefined ? undefined : `${paths.pgbackrestConfig}/${caFileOf(repository)}`,
});

const storeOptions = (repository: Repository, secrets: Secrets): Options => {
  const { s3, azure, volume } = repository;
  if (s3 !== undefined) {
    const secret = secretOf(secrets, s3.credentialsSecret);
    return {
      type: 's3',
      's3-bucket': s3.bucket,
      's3-endpoint': s3.endpoint,
      's3-region': s3.region,
      's3-uri-style': s3.pathStyle ? 'path' : 'host',
      's3-key': secret['access-key-id'],
      's3-key-secret': secret['secret-access-key'],
      ...common(repository, secret['ca.crt'], s3.port),
    };
  }
  if (azure !== undefined) {
    const secret = secretOf(secrets, azure.credentialsSecret);
    return {
      type: 'azure',
      'azure-container': azure.container,
      'azure-endpoint': azure.endpoint,
      'azure-uri-style': azure.pathStyle ? 'path' : 'host',
      'azure-account': secret['account-name'],
      'azure-key-type': secret['sas-token'] === undefined ? 'shared' : 'sas',
      'azure-key': secret['sas-token'] ?? secret['account-key'],
      ...common(repository, secret['ca.crt'], azure.port),
    };
  }
  return volume === undefined ? {} : { type: 'posix' };
};

/** A volume is mounted for this cluster; within a store several may live. */
export const pathOf = (repository: Repository, { namespace, name }: Wanted): string =>
  repository.volume !== undefined
    ? `${paths.repository(repository.name)}${repository.path ?? ''}`
    : (repository.path ?? `/${namespace}/${name}`);

const retentionOptions = ({ full, fullType, diff, archive }: Retention): Options => ({
  'retention-full-type': full === undefined ? undefined : fullType,
  'retention-full': full,
  'retention-diff': diff,
  'retention-archive': archive,
});

const repositoryOptions = (repository: Repository, wanted: Wanted): Options => {
  const passphrase = secretOf(wanted.secrets, repository.encryptionSecret).passphrase;
  return {
    ...storeOptions(repository, wanted.secrets),
    path: pathOf(repository, wanted),
    ...(repository.encryptionSecret === undefined
      ? {}
      : { 'cipher-type': 'aes-256-cbc', 'cipher-pass': passphrase }),
    ...(wanted.spec.backup.retention === undefined ? {} : retentionOptions(wanted.spec.backup.retention)),
  };
};

const lines = (options: Options): readonly string[] =>
  Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));

/** pgbackrest.conf for archive_command, restore_command and the backup agent alike; it holds keys. */
export const pgbackrestConf = (wanted: Wanted): string => {
  const repositories = wanted.spec.backup.repositories ?? [];
  const global = repositories.flatMap((repository) =>
    lines(repositoryOptions(repository, wanted)).map((line) => `${repository.name}-${line}`),
  );
  return `${[
    '[global]',
    ...global,
    ...lines({
      'start-fast': 'y',
      'compress-type': 'lz4',
      'lock-path': paths.pgbackrestLock,
      'log-level-console': 'warn',
      'log-level-file': 'off',
      // Asynchronous archiving would need a spool that both containers write.
      'archive-timeout': 60,
    }),
    '',
    `[${stanza}]`,
    ...lines({
      'pg1-path': paths.pgdata,
      'pg1-socket-path': paths.socket,
      'pg1-user': 'howdah_backup',
    }),
  ].join('\n')}\n`;
};
