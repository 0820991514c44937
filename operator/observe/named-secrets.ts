import type { ClusterSpec } from '@howdah/kinds/postgres-cluster';
import type { KubeApi } from '@howdah/kube/api';
import { resources } from '@howdah/kube/resource';
import * as z from 'zod';
import type { Secrets } from '../desire/wanted.ts';

/** What a spec names of Secrets that others make, with the keys that they must have. */
export interface SecretNeed {
  readonly name: string;
  /** One key of each list. */
  readonly keys: readonly (readonly string[])[];
  /** Where the spec names it. */
  readonly path: string;
}

const need = (name: string | undefined, path: string, ...keys: SecretNeed['keys']): readonly SecretNeed[] =>
  name === undefined ? [] : [{ name, keys, path }];

/** The Secret with the members' certificate. */
export const certificateNeeds = ({ tls }: ClusterSpec): readonly SecretNeed[] =>
  need(tls?.secretName, 'spec.tls.secretName', ['tls.crt'], ['tls.key']);

/** Secrets of the repositories: without them pgbackrest.conf cannot be made. */
export const secretNeeds = ({ backup }: ClusterSpec): readonly SecretNeed[] =>
  (backup.repositories ?? []).flatMap((repository, index) => {
    const { s3, azure, gcs, encryptionSecret } = repository;
    const path = `spec.backup.repositories[${index}]`;
    // With an identity of its own a pod needs no keys, though Azure wants to know the account.
    const keys = (keyType: string | undefined, ...needed: SecretNeed['keys']) =>
      keyType === undefined ? needed : [];
    const ofStore = (kind: 's3' | 'azure' | 'gcs', ...needed: SecretNeed['keys']) =>
      need(repository[kind]?.credentialsSecret, `${path}.${kind}.credentialsSecret`, ...needed);
    return [
      ...ofStore('s3', ...keys(s3?.keyType, ['access-key-id'], ['secret-access-key'])),
      ...ofStore('azure', ['account-name'], ...keys(azure?.keyType, ['account-key', 'sas-token'])),
      ...ofStore('gcs', ...keys(gcs?.keyType, ['key.json'])),
      ...need(encryptionSecret, `${path}.encryptionSecret`, ['passphrase']),
    ];
  });

const secret = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** Their contents; those that are not there are left out. */
export const readSecrets = async (
  api: Pick<KubeApi, 'get'>,
  namespace: string,
  names: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Secrets> => {
  const found = await Promise.all(
    [...names].map(async (name) => {
      const object = await api.get(resources.secret, { namespace, name }, signal);
      if (object === undefined) return [];
      const { data } = secret.parse(object);
      const texts = Object.entries(data).map(([key, value]) => [
        key,
        Buffer.from(value, 'base64').toString('utf8'),
      ]);
      return [[name, Object.fromEntries(texts) as Record<string, string>] as const];
    }),
  );
  return Object.fromEntries(found.flat());
};

/** What is missing, each with what to do. */
export const missingSecrets = (
  namespace: string,
  needs: readonly SecretNeed[],
  secrets: Secrets,
): readonly string[] =>
  needs.flatMap(({ name, keys, path }) => {
    const found = secrets[name];
    if (found === undefined)
      return [
        `${path}: there is no Secret ${name} in ${namespace}; make it${keys.length === 0 ? '' : `, with ${keys.map((one) => one.join(' or ')).join(', ')}`}`,
      ];
    const absent = keys.filter((one) => !one.some((key) => found[key] !== undefined));
    return absent.length === 0
      ? []
      : [`${path}: the Secret ${name} has no key ${absent.map((one) => one.join(' or ')).join(', ')}`];
  });
