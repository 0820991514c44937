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

/** The Secret with the members' certificate. */
export const certificateNeeds = ({ tls }: ClusterSpec): readonly SecretNeed[] =>
  tls === undefined
    ? []
    : [{ name: tls.secretName, keys: [['tls.crt'], ['tls.key']], path: 'spec.tls.secretName' }];

/** Secrets of the repositories: without them pgBackRest has no configuration. */
export const secretNeeds = ({ backup }: ClusterSpec): readonly SecretNeed[] => [
  ...(backup.repositories ?? []).flatMap(({ s3, azure, encryptionSecret }, index): readonly SecretNeed[] => {
    const path = `spec.backup.repositories[${index}]`;
    return [
      ...(s3 === undefined
        ? []
        : [
            {
              name: s3.credentialsSecret,
              keys: [['access-key-id'], ['secret-access-key']],
              path: `${path}.s3.credentialsSecret`,
            },
          ]),
      ...(azure === undefined
        ? []
        : [
            {
              name: azure.credentialsSecret,
              keys: [['account-name'], ['account-key', 'sas-token']],
              path: `${path}.azure.credentialsSecret`,
            },
          ]),
      ...(encryptionSecret === undefined
        ? []
        : [{ name: encryptionSecret, keys: [['passphrase']], path: `${path}.encryptionSecret` }]),
    ];
  }),
];

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
        `${path}: there is no Secret ${name} in ${namespace}; make it, with ${keys.map((one) => one.join(' or ')).join(', ')}`,
      ];
    const absent = keys.filter((one) => !one.some((key) => found[key] !== undefined));
    return absent.length === 0
      ? []
      : [`${path}: the Secret ${name} has no key ${absent.map((one) => one.join(' or ')).join(', ')}`];
  });
