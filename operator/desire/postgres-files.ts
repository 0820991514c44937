import type { ClusterSpec } from '@howdah/kinds/postgres-cluster';
import { paths, stanza } from './paths.ts';
import type { Wanted } from './wanted.ts';

/** postgresql.conf, pg_hba.conf and pgaudit.conf, for the agent config-reload to apply. */
export const postgresFiles = (wanted: Wanted): Readonly<Record<string, string>> => ({
  'postgresql.conf': postgresqlConf(wanted),
  'pg_hba.conf': pgHbaConf(wanted),
  ...(wanted.spec.audit.enabled ? { 'pgaudit.conf': pgauditConf(wanted) } : {}),
});

/** What the agents live on. */
const basis = (spec: ClusterSpec): Readonly<Record<string, string>> => ({
  shared_preload_libraries: [
    ...(spec.audit.enabled ? ['pgaudit'] : []),
    'pg_stat_statements',
    ...spec.postgres.preloadLibraries,
  ].join(','),
  archive_mode: 'on',
  // Without a repository WAL has nowhere to go, and must not pile up; with one it must not be lost.
  archive_command:
    spec.backup.repositories === undefined ? '/bin/true' : `pgbackrest --stanza=${stanza} archive-push %p`,
  archive_timeout: '60s',
  logging_collector: 'on',
  log_destination: 'csvlog',
  log_directory: paths.log,
  log_filename: 'postgresql-%Y-%m-%d_%H%M%S.log',
  log_file_mode: '0640',
  log_rotation_age: '1d',
  log_rotation_size: '100MB',
});

/** Names on which everything that the operator makes rests, beside what there is instead. */
const owned: readonly (readonly [instead: string, names: readonly string[]])[] = [
  ['spec.postgres.preloadLibraries', ['shared_preload_libraries']],
  ['spec.tls', ['ssl', 'ssl_cert_file', 'ssl_key_file', 'ssl_ca_file']],
  ['spec.backup.repositories', ['archive_mode', 'archive_command', 'archive_library', 'restore_command']],
  ['spec.logs', ['logging_collector', 'log_destination', 'log_directory', 'log_filename', 'log_file_mode']],
  [
    'nothing: the pod is made for it',
    [
      ...['data_directory', 'config_file', 'hba_file', 'ident_file', 'unix_socket_directories'],
      ...['listen_addresses', 'port', 'cluster_name'],
    ],
  ],
];

const insteadOf = (name: string): string | undefined =>
  owned.find(([, names]) => names.includes(name.toLowerCase()))?.[0];

/** Parameters of the spec that are not the user's to say; they are left out. */
export const parameterProblems = ({ postgres }: ClusterSpec): readonly string[] =>
  Object.keys(postgres.parameters).flatMap((name) => {
    const instead = insteadOf(name);
    return instead === undefined
      ? []
      : [`spec.postgres.parameters.${name}: belongs to the operator; instead there is ${instead}`];
  });

type Settings = Readonly<Record<string, string | number>>;

const lines = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`)
    .join('');

const postgresqlConf = ({ spec }: Wanted): string => {
  const theirs = Object.entries(spec.postgres.parameters).filter(([name]) => insteadOf(name) === undefined);
  return lines({ ...basis(spec), ...Object.fromEntries(theirs) });
};

/** What auditors ask for first, where the spec's parameters say nothing else. */
const pgauditConf = ({ spec }: Wanted): string =>
  lines(
    Object.fromEntries(
      Object.entries({ 'pgaudit.log': 'ddl, role', 'pgaudit.log_catalog': 'off' }).filter(
        ([name]) => !(name in spec.postgres.parameters),
      ),
    ),
  );

/** The first lines let Patroni, replicas and agents in, by peer and password; the agents' user gets in as nobody else. */
const pgHbaConf = ({ spec }: Wanted): string =>
  `${[
    'local all howdah_monitor peer map=howdah',
    'local postgres howdah_backup,howdah_config peer map=howdah',
    'host all postgres samehost scram-sha-256',
    'host replication replicator all scram-sha-256',
    'host postgres postgres all scram-sha-256',
    ...spec.postgres.hba,
  ].join('\n')}\n`;
