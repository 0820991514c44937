import type { ClusterSpec } from '@howdah/kinds/postgres-cluster';
import { paths, ports, stanza } from './paths.ts';
import { memberLabels, type Wanted } from './wanted.ts';

/** Cluster-wide settings, which Patroni keeps in its store: at first from here, later by PATCH /config. */
export const dynamicConfig = ({ replication, backup }: ClusterSpec) => ({
  ttl: 20,
  loop_wait: 5,
  retry_timeout: 5,
  // Without its store a primary goes on as long as it reaches every other member: an API server may be away for long.
  failsafe_mode: true,
  synchronous_mode: replication.mode === 'synchronous',
  synchronous_mode_strict: replication.mode === 'synchronous' && replication.strict,
  synchronous_node_count: replication.synchronousReplicas,
  postgresql: {
    use_pg_rewind: true,
    use_slots: true,
    recovery_conf:
      backup.repositories === undefined
        ? null
        : { restore_command: `pgbackrest --stanza=${stanza} archive-get %f "%p"` },
  },
});

/** The same without what is not to be there, which only a change has to say. */
const firstDynamicConfig = (spec: ClusterSpec) => {
  const { postgresql, ...rest } = dynamicConfig(spec);
  const { recovery_conf, ...others } = postgresql;
  return { ...rest, postgresql: recovery_conf === null ? others : postgresql };
};

/**
 * The agents write pgbackrest.conf and may be a moment behind Patroni, which would then take its copy from the primary.
 *
 * @returns the command, begun as soon as the file is there or half a minute is over; nothing else waits for it.
 */
const onceConfigured = (command: string): string =>
  `sh -c 'for second in $(seq 30); do test -e ${paths.pgbackrestConfig}/pgbackrest.conf && break; sleep 1; done; exec ${command}'`;

/** A replica comes from the repository where it has a backup, so that the primary is left alone. */
const replicaMethods = ({ backup, storage }: ClusterSpec) => {
  const wal = storage.wal !== undefined;
  const basebackup = {
    basebackup: [{ checkpoint: 'fast' }, ...(wal ? [{ waldir: paths.walDirectory }] : [])],
  };
  if (backup.repositories === undefined) return { create_replica_methods: ['basebackup'], ...basebackup };
  const link = wal ? ` --link-map=pg_wal=${paths.walDirectory}` : '';
  return {
    create_replica_methods: ['pgbackrest', 'basebackup'],
    pgbackrest: {
      command: onceConfigured(`pgbackrest --stanza=${stanza} --delta${link} restore`),
      keep_data: true,
      no_params: true,
    },
    ...basebackup,
  };
};

const restCertificate = ({ tls }: ClusterSpec) =>
  tls === undefined ? {} : { certfile: `${paths.tls}/tls.crt`, keyfile: `${paths.tls}/tls.key` };

/** Here and not in postgresql.conf: they hold for a pod that has the files, and for no other. */
const serverCertificate = ({ tls }: ClusterSpec) =>
  tls === undefined
    ? {}
    : { ssl: 'on', ssl_cert_file: `${paths.tls}/tls.crt`, ssl_key_file: `${paths.tls}/tls.key` };

/** patroni.yaml; what differs from pod to pod, and every user and password, comes by environment. */
export const patroniConfig = (wanted: Wanted) => {
  const { name, spec } = wanted;
  return {
    scope: name,
    kubernetes: {
      labels: memberLabels(name),
      // Patroni looks for its scope under this label; by default it is cluster-name.
      scope_label: 'app.kubernetes.io/instance',
      use_endpoints: true,
      // A Service finds the port of Endpoints by its name.
      ports: [{ name: 'postgresql', port: ports.postgres }],
    },
    restapi: { listen: `0.0.0.0:${ports.patroni}`, ...restCertificate(spec) },
    // Members know one another by their addresses, which no certificate names.
    ...(spec.tls === undefined ? {} : { ctl: { insecure: true } }),
    bootstrap: {
      dcs: firstDynamicConfig(spec),
      initdb: [
        { encoding: 'UTF8' },
        { locale: spec.postgres.locale },
        'data-checksums',
        ...(spec.storage.wal === undefined ? [] : [{ waldir: paths.walDirectory }]),
      ],
      post_bootstrap: '/usr/local/bin/howdah-post-bootstrap',
    },
    postgresql: {
      listen: `0.0.0.0:${ports.postgres}`,
      data_dir: paths.pgdata,
      // The postgres container refuses an image of another major version before it touches any data.
      bin_dir: paths.programs(spec.postgres.version),
      pgpass: '/tmp/pgpass',
      custom_conf: `${paths.applied}/postgresql.conf`,
      ...replicaMethods(spec),
      parameters: {
        hba_file: `${paths.applied}/pg_hba.conf`,
        ident_file: `${paths.applied}/pg_ident.conf`,
        unix_socket_directories: paths.socket,
        ...serverCertificate(spec),
      },
    },
  };
};
