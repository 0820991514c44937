import type { Repository } from '@howdah/kinds/backup';
import { repositoryNumber } from '../backups/requests.ts';
import { paths } from './paths.ts';
import { caFileOf, pathOf } from './pgbackrest-conf.ts';
import type { Secrets, Wanted } from './wanted.ts';

/** Keys of a repository's Secret by which agents get into the same store as pgBackRest. */
const storeKeys = ['access-key-id', 'secret-access-key', 'account-key', 'sas-token'] as const;

const keyFileOf = ({ name }: Repository, key: string): string => `${name}-${key}`;

const secretOf = ({ s3, azure }: Repository, secrets: Secrets) => {
  const name = s3?.credentialsSecret ?? azure?.credentialsSecret;
  return name === undefined ? undefined : secrets[name];
};

/** Files beside pgbackrest.conf, which holds the same keys. */
export const storeKeyFiles = ({ spec, secrets }: Wanted): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (spec.backup.repositories ?? []).flatMap((repository) =>
      storeKeys.flatMap((key) => {
        const text = secretOf(repository, secrets)?.[key];
        return text === undefined ? [] : [[keyFileOf(repository, key), text]];
      }),
    ),
  );

/** How an agent gets into the object store of a repository; undefined for a volume, and without its Secret. */
export const objectStoreOf = (
  repository: Repository,
  secrets: Secrets,
): Readonly<Record<string, object>> | undefined => {
  const { s3, azure } = repository;
  const secret = secretOf(repository, secrets);
  if (secret === undefined) return undefined;
  const file = (name: string) => `${paths.pgbackrestConfig}/${name}`;
  const keyFile = (key: (typeof storeKeys)[number]) => file(keyFileOf(repository, key));
  const ca = secret['ca.crt'] === undefined ? {} : { caFile: file(caFileOf(repository)) };
  const host = (store: { readonly endpoint: string; readonly port?: number | undefined }) =>
    store.port === undefined ? store.endpoint : `${store.endpoint}:${store.port}`;
  if (s3 !== undefined) {
    const { bucket, region, pathStyle } = s3;
    const keys = {
      accessKeyIdFile: keyFile('access-key-id'),
      secretAccessKeyFile: keyFile('secret-access-key'),
    };
    return { s3: { endpoint: `https://${host(s3)}`, region, bucket, pathStyle, ...keys, ...ca } };
  }
  if (azure === undefined) return undefined;
  const accountName = secret['account-name'] ?? '';
  const { container, pathStyle } = azure;
  const endpoint = pathStyle
    ? `https://${host(azure)}/${accountName}`
    : `https://${accountName}.${host(azure)}`;
  const login =
    secret['sas-token'] === undefined
      ? { accountName, accountKeyFile: keyFile('account-key') }
      : { sasTokenFile: keyFile('sas-token') };
  return { azure: { endpoint, container, ...login, ...ca } };
};

/** `repositories:` of backup.yaml; those whose Secret is missing are left out, and the spec is refused for it. */
export const journalStores = (wanted: Wanted): readonly object[] =>
  (wanted.spec.backup.repositories ?? []).flatMap((repository): readonly object[] => {
    const repo = repositoryNumber(repository.name);
    const path = pathOf(repository, wanted);
    if (repository.volume !== undefined) return [{ repo, volume: { directory: path } }];
    const store = objectStoreOf(repository, wanted.secrets);
    return store === undefined ? [] : [{ repo, path, ...store }];
  });
