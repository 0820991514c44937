import type { ClusterSpec } from '../api/postgres-cluster.ts';
import { paths, ports, stanza } from './paths.ts';
import { memberLabels, type Wanted } from './wanted.ts';

/** Cluster-wide settings, which Patroni keeps in its store: at first from here, later by PATCH /config. */
export const dynamicConfig = ({ replication, backup }: ClusterSpec) => ({
  ttl: 20,
  loop_wait: 5,
  retry_timeout: 5,
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
      command: `pgbackrest --stanza=${stanza} --delta${link} restore`,
      keep_data: true,
      no_params: true,
    },
    ...basebackup,
  };
};

/** patroni.yaml; what differs from pod to pod, and every user and password, comes by environment. */
export const patroniConfig = ({ name, spec }: Wanted) => ({
  scope: name,
  kubernetes: {
    labels: memberLabels(name),
    // Patroni looks for its scope under this label; by default it is cluster-name.
    scope_label: 'app.kubernetes.io/instance',
    use_endpoints: true,
    // A Service finds the port of Endpoints by its name.
    ports: [{ name: 'postgresql', port: ports.postgres }],
  },
  restapi: { listen: `0.0.0.0:${ports.patroni}` },
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
    pgpass: '/tmp/pgpass',
    custom_conf: `${paths.applied}/postgresql.conf`,
    ...replicaMethods(spec),
    parameters: {
      hba_file: `${paths.applied}/pg_hba.conf`,
      ident_file: `${paths.applied}/pg_ident.conf`,
      unix_socket_directories: paths.socket,
    },
  },
});
