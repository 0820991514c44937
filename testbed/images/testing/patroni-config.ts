/** Ports of 127.0.0.1 that one member takes, and etcd's. */
export interface MemberPorts {
  readonly postgres: number;
  readonly patroni: number;
  readonly etcd: number;
}

/** Patroni's configuration as a pod of ours has it, with etcd for its store. JSON is YAML. */
export const patroniYaml = ({ postgres, patroni, etcd }: MemberPorts): string =>
  JSON.stringify({
    scope: 'image',
    name: 'pg-0',
    restapi: { listen: `127.0.0.1:${patroni}`, connect_address: `127.0.0.1:${patroni}` },
    etcd3: { hosts: [`127.0.0.1:${etcd}`] },
    bootstrap: {
      dcs: { ttl: 20, loop_wait: 2, retry_timeout: 5 },
      initdb: [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }, 'data-checksums'],
      post_bootstrap: '/usr/local/bin/howdah-post-bootstrap',
    },
    postgresql: {
      listen: `127.0.0.1:${postgres}`,
      connect_address: `127.0.0.1:${postgres}`,
      data_dir: '/var/lib/postgresql/data/pgdata',
      pgpass: '/tmp/pgpass',
      custom_conf: '/var/lib/howdah/postgres/postgresql.conf',
      authentication: { superuser: { username: 'postgres' }, replication: { username: 'replicator' } },
      parameters: {
        hba_file: '/var/lib/howdah/postgres/pg_hba.conf',
        ident_file: '/var/lib/howdah/postgres/pg_ident.conf',
        unix_socket_directories: '/var/run/postgresql',
        shared_preload_libraries: 'pgaudit,pg_stat_statements',
      },
    },
  });

/** The passwords, which a pod has from a Secret. */
export const patroniPasswords = {
  PATRONI_SUPERUSER_PASSWORD: 'of-the-superuser',
  PATRONI_REPLICATION_PASSWORD: 'of-replication',
} as const;
