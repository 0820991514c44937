import type { ClusterSpec } from '@howdah/kinds/postgres-cluster';
import { postgresImage } from '../desire/containers.ts';
import { namesOf, type Wanted } from '../desire/wanted.ts';
import { missingSecrets, secretNeeds } from '../observe/named-secrets.ts';
import { secretObstacle } from '../users/find-secret.ts';
import { secretNameOf } from '../users/user-secret.ts';
import { growths } from './growth.ts';

/** What only the operator can know of a cluster that is to be. */
export interface Surroundings {
  /** Storage classes by name: which is the default, and of which volumes can grow. */
  readonly storageClasses: ReadonlyMap<string, { readonly isDefault: boolean; readonly canGrow?: boolean }>;
  /** Access modes of claims that the spec names; absent for those that are not there. */
  readonly claims: ReadonlyMap<string, readonly string[]>;
}

/** Why nothing is made; empty when it can be. Each says where in the spec, what is wrong, and what to do. */
export const refusals = (wanted: Wanted, around: Surroundings): readonly string[] => [
  ...imageRefusals(wanted),
  ...storageRefusals(wanted.spec, around),
  ...repositoryRefusals(wanted.spec, around),
  ...missingSecrets(wanted.namespace, secretNeeds(wanted.spec), wanted.secrets),
  ...userRefusals(wanted),
  ...growthRefusals(wanted, around),
];

/** Two that write one Secret would take turns without end, and another's is not written at all. */
const userRefusals = ({ name, spec: { users }, userSecrets }: Wanted): readonly string[] => {
  const { superuser, replication, rest } = namesOf(name);
  const ours = [superuser, replication, rest];
  const theirs = users.map((user) => secretNameOf(name, user));
  return theirs.flatMap((secret, index) => {
    const live = userSecrets.find(({ metadata }) => metadata.name === secret);
    const why =
      ours.includes(secret) || theirs.indexOf(secret) < index
        ? `the Secret ${secret} is another’s already; name one as secretName`
        : live && secretObstacle(name, live);
    return why === undefined ? [] : [`spec.users[${index}]: ${why}`];
  });
};

/** The API server would refuse to let the claims grow, at each look anew. */
const growthRefusals = (wanted: Wanted, { storageClasses }: Surroundings): readonly string[] => {
  const { name, spec, claims } = wanted;
  const found = growths(name, spec.storage, claims).flatMap(({ volume, size, storageClassName = '' }) =>
    storageClasses.get(storageClassName)?.canGrow
      ? []
      : [
          `spec.storage.${volume}.size: volumes of storage class ${storageClassName || '(none)'} cannot grow to ${size}; set its allowVolumeExpansion, where its driver can do it`,
        ],
  );
  return [...new Set(found)];
};

const imageRefusals = (wanted: Wanted): readonly string[] =>
  postgresImage(wanted) === undefined
    ? [
        `spec.postgres.version: the operator knows of no image of PostgreSQL ${wanted.spec.postgres.version}; set spec.postgres.image, or add it to images.postgres of the chart`,
      ]
    : [];

const storageRefusals = ({ storage }: ClusterSpec, { storageClasses }: Surroundings): readonly string[] =>
  (['data', 'wal', 'logs'] as const).flatMap((name) => {
    const volume = storage[name];
    if (volume === undefined) return [];
    const { storageClassName } = volume;
    const known = [...storageClasses.keys()].join(', ') || 'none';
    if (storageClassName !== undefined)
      return storageClasses.has(storageClassName)
        ? []
        : [
            `spec.storage.${name}.storageClassName: there is no storage class ${storageClassName}; there are: ${known}`,
          ];
    return [...storageClasses.values()].some(({ isDefault }) => isDefault)
      ? []
      : [`spec.storage.${name}: no storage class is the default one; name one of: ${known}`];
  });

const repositoryRefusals = (
  { backup, instances }: ClusterSpec,
  { claims }: Surroundings,
): readonly string[] =>
  (backup.repositories ?? []).flatMap(({ volume }, index) => {
    if (volume === undefined) return [];
    const path = `spec.backup.repositories[${index}].volume.claimName`;
    const modes = claims.get(volume.claimName);
    if (modes === undefined)
      return [`${path}: there is no PersistentVolumeClaim ${volume.claimName}; make it`];
    return instances > 1 && !modes.includes('ReadWriteMany')
      ? [
          `${path}: ${volume.claimName} is ${modes.join(', ')}, and ${instances} instances must write it: a claim that is ReadWriteMany, or an object store`,
        ]
      : [];
  });
