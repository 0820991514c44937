import type { ClusterSpec } from '../api/postgres-cluster.ts';
import { paths, stanza } from './paths.ts';
import type { Wanted } from './wanted.ts';

/** postgresql.conf, pg_hba.conf and pgaudit.conf, for the agent config-reload to apply. */
export const postgresFiles = (wanted: Wanted): Readonly<Record<string, string>> => ({
  'postgresql.conf': postgresqlConf(wanted),
  'pg_hba.conf': pgHbaConf(wanted),
  ...(wanted.spec.audit.enabled ? { 'pgaudit.conf': pgauditConf } : {}),
});

/** What the agents live on; a parameter of the spec comes after it, and so before it. */
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
  ...(spec.tls === undefined
    ? {}
    : {
        ssl: 'on',
        ssl_cert_file: `${paths.secrets}/tls/tls.crt`,
        ssl_key_file: `${paths.secrets}/tls/tls.key`,
      }),
});

const postgresqlConf = ({ spec }: Wanted): string =>
  Object.entries({ ...basis(spec), ...spec.postgres.parameters })
    .map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`)
    .join('');

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

/** What auditors ask for first; `postgres.parameters` may say otherwise. */
const pgauditConf = "pgaudit.log = 'ddl, role'\npgaudit.log_catalog = off\n";
