import { createHash } from 'node:crypto';
import type { Repository } from '@howdah/kinds/backup';
import { type AgentConfig, secretsNamed } from './agent-configs.ts';
import { paths } from './paths.ts';
import { storeSecretOf } from './repository-stores.ts';
import { clusterLabel, namesOf, podFilesOf, type Wanted } from './wanted.ts';

export interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
}

const mount = (name: string, mountPath: string, more: Partial<Mount> = {}): Mount => ({
  name,
  mountPath,
  ...more,
});
const readOnly = { readOnly: true } as const;

/** A pod that has it speaks TLS. */
export const tlsVolume = 'tls';

/** The agents' state lies beside PGDATA, so that it lives as long. */
const stateFolder = 'howdah';
/** Log files without a volume of their own. */
const logFolder = 'log';

const repositoriesOnVolumes = ({
  spec,
}: Wanted): readonly (Repository & { readonly volume: { readonly claimName: string } })[] =>
  (spec.backup.repositories ?? []).flatMap((repository) =>
    repository.volume === undefined ? [] : [{ ...repository, volume: repository.volume }],
  );

const repositoryMounts = (wanted: Wanted): readonly Mount[] =>
  repositoriesOnVolumes(wanted).map(({ name }) => mount(`repository-${name}`, paths.repository(name)));

const logMount = ({ spec }: Wanted, more: Partial<Mount> = {}): Mount =>
  spec.storage.logs === undefined
    ? mount('data', paths.log, { subPath: logFolder, ...more })
    : mount('logs', paths.log, more);

const walMounts = ({ spec }: Wanted, more: Partial<Mount> = {}): readonly Mount[] =>
  spec.storage.wal === undefined ? [] : [mount('wal', paths.wal, more)];

/** Of both containers, at the same paths: pgBackRest compares its own with the server's. */
const shared = (wanted: Wanted): readonly Mount[] => [
  mount('socket', paths.socket),
  mount('pgbackrest-lock', paths.pgbackrestLock),
  mount('postgres-sources', paths.postgresSources, readOnly),
  ...(wanted.spec.tls === undefined ? [] : [mount(tlsVolume, paths.tls, readOnly)]),
  ...repositoryMounts(wanted),
];

export const postgresMounts = (wanted: Wanted): readonly Mount[] => [
  mount('data', paths.data),
  ...walMounts(wanted),
  logMount(wanted),
  mount('tmp', '/tmp'),
  mount('patroni', '/etc/patroni', readOnly),
  mount('data', paths.applied, { subPath: `${stateFolder}/postgres` }),
  mount('data', `${paths.state}/config-reload`, { subPath: `${stateFolder}/config-reload`, ...readOnly }),
  // Patroni alone speaks to the API server.
  mount('token', '/var/run/secrets/kubernetes.io/serviceaccount', readOnly),
  mount('pgbackrest', paths.pgbackrestConfig, readOnly),
  ...storeSecrets(wanted).map((name) =>
    mount(volumeOf('authority', name), `${paths.secrets}/${name}`, readOnly),
  ),
  ...shared(wanted),
];

export const agentMounts = (wanted: Wanted, configs: readonly AgentConfig[]): readonly Mount[] => [
  mount('data', paths.data, readOnly),
  ...walMounts(wanted, readOnly),
  logMount(wanted, readOnly),
  mount('agents-tmp', '/tmp'),
  mount('data', paths.state, { subPath: stateFolder }),
  mount('agents-config', paths.agentConfig, readOnly),
  mount('agents-run', '/run/howdah'),
  mount('patroni-rest', paths.patroniRest, readOnly),
  mount('pgbackrest', paths.pgbackrestConfig),
  ...namedSecrets(wanted, configs).map((name) =>
    mount(volumeOf('secret', name), `${paths.secrets}/${name}`, readOnly),
  ),
  ...shared(wanted),
];

/** By the agents' files; those of stores in any case, since whether a file names them hangs on what they hold. */
const namedSecrets = (wanted: Wanted, configs: readonly AgentConfig[]): readonly string[] => {
  const named = configs.flatMap(({ config }) => [...secretsNamed(config)]);
  return [...new Set([...named, ...storeSecrets(wanted)])].toSorted();
};

/** Secrets of stores, which may have an authority: pgBackRest reads it in PostgreSQL's container, too. */
const storeSecrets = ({ spec }: Wanted): readonly string[] =>
  [...new Set((spec.backup.repositories ?? []).flatMap((each) => storeSecretOf(each) ?? []))].toSorted();

/** A volume's name has no dots and at most 63 characters, a Secret's may have both. */
const volumeOf = (prefix: string, secret: string): string => {
  const name = `${prefix}-${secret}`;
  return /^[-a-z0-9]{1,63}$/.test(name)
    ? name
    : `${prefix}-${createHash('sha256').update(secret).digest('hex').slice(0, 32)}`;
};

/** 0440: of the group, which is the pod's fsGroup. */
const secretMode = 0o440;

const secretVolume = (name: string, secretName: string, more: object = {}) => ({
  name,
  secret: { secretName, defaultMode: secretMode, ...more },
});

const memory = (name: string, sizeLimit: string) => ({ name, emptyDir: { medium: 'Memory', sizeLimit } });

/** All volumes of a member’s pod but those that its claims bring. */
export const volumes = (wanted: Wanted, configs: readonly AgentConfig[]): readonly object[] => {
  const names = namesOf(wanted.name);
  return [
    { name: 'socket', emptyDir: {} },
    { name: 'tmp', emptyDir: {} },
    { name: 'pgbackrest-lock', emptyDir: {} },
    { name: 'agents-tmp', emptyDir: {} },
    memory('agents-run', '16Mi'),
    memory('pgbackrest', '16Mi'),
    { name: 'patroni', configMap: { name: podFilesOf(wanted).patroni } },
    { name: 'agents-config', configMap: { name: podFilesOf(wanted).agents } },
    { name: 'postgres-sources', configMap: { name: names.postgres } },
    ...(wanted.spec.tls === undefined ? [] : [secretVolume(tlsVolume, wanted.spec.tls.secretName)]),
    secretVolume('patroni-rest', names.rest, { items: [{ key: 'password', path: 'password' }] }),
    // One that is not there yet keeps an agent waiting, which says so, and not PostgreSQL.
    ...namedSecrets(wanted, configs).map((name) =>
      secretVolume(volumeOf('secret', name), name, { optional: true }),
    ),
    // PostgreSQL's container sees no key of a store but in the file that the agent writes.
    ...storeSecrets(wanted).map((name) =>
      secretVolume(volumeOf('authority', name), name, {
        items: [{ key: 'ca.crt', path: 'ca.crt' }],
        optional: true,
      }),
    ),
    ...repositoriesOnVolumes(wanted).map(({ name, volume }) => ({
      name: `repository-${name}`,
      persistentVolumeClaim: { claimName: volume.claimName },
    })),
    {
      name: 'token',
      projected: {
        sources: [
          { serviceAccountToken: { path: 'token', expirationSeconds: 3_607 } },
          { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          {
            downwardAPI: {
              items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
            },
          },
        ],
      },
    },
  ];
};

/** What each member keeps when its pod goes. */
export const claims = ({ name: cluster, spec: { storage } }: Wanted): readonly object[] =>
  (['data', 'wal', 'logs'] as const).flatMap((name) => {
    const volume = storage[name];
    if (volume === undefined) return [];
    return [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name, labels: { [clusterLabel]: cluster } },
        spec: {
          accessModes: ['ReadWriteOnce'],
          volumeMode: 'Filesystem',
          ...(volume.storageClassName === undefined ? {} : { storageClassName: volume.storageClassName }),
          resources: { requests: { storage: volume.size } },
        },
      },
    ];
  });
