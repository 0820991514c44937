import { join } from 'node:path';
import { postgresBinaries } from '@howdah/testing/postgres-binaries';
import { stringify } from 'yaml';
import type { ClusterLayout, MemberLayout, Passwords } from './layout.ts';
import { pgbackrestArgs } from './pgbackrest.ts';

export const patroniUser = 'patroni';

/** Patroni's timing in seconds; `loopWait + 2 * retryTimeout` may not exceed `ttl`. */
export interface PatroniTiming {
  readonly ttl: number;
  readonly loopWait: number;
  readonly retryTimeout: number;
}

/**
 * The smallest `ttl` that Patroni accepts, so that a killed primary is replaced while one still watches;
 * a loop of 2 s, so that roles and lag shown are never older than that.
 */
export const quickTiming: PatroniTiming = { ttl: 20, loopWait: 2, retryTimeout: 5 };

/** PEM files that Patroni's REST API and PostgreSQL serve. */
export interface ServerTls {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** patroni.yml of one member. */
export const renderPatroniConfig = (
  layout: ClusterLayout,
  member: MemberLayout,
  passwords: Passwords,
  timing: PatroniTiming,
  tls?: ServerTls,
): string => {
  const rest = `127.0.0.1:${member.ports.patroni}`;
  const postgres = `127.0.0.1:${member.ports.postgres}`;
  const archiver = ['pgbackrest', ...pgbackrestArgs(member)].join(' ');
  return stringify({
    scope: 'demo',
    namespace: '/howdah/',
    name: member.name,
    restapi: {
      listen: rest,
      connect_address: rest,
      authentication: { username: patroniUser, password: passwords.patroniRest },
      ...(tls === undefined ? {} : { certfile: tls.certificateFile, keyfile: tls.keyFile }),
    },
    etcd3: { hosts: [`127.0.0.1:${layout.ports.etcdClient}`] },
    bootstrap: {
      dcs: {
        ttl: timing.ttl,
        loop_wait: timing.loopWait,
        retry_timeout: timing.retryTimeout,
        postgresql: {
          use_pg_rewind: true,
          use_slots: true,
          // Settings that all members must share are Patroni's; they change by PATCH /config only.
          parameters: { max_connections: 60, max_wal_senders: 8, max_replication_slots: 8 },
        },
      },
      initdb: [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }, 'data-checksums'],
      post_bootstrap: bootstrapScript(member),
    },
    postgresql: {
      listen: postgres,
      connect_address: postgres,
      data_dir: member.dataDirectory,
      bin_dir: postgresBinaries(),
      custom_conf: join(member.appliedDirectory, 'postgresql.conf'),
      pgpass: join(member.root, 'pgpass'),
      authentication: {
        superuser: { username: 'postgres', password: passwords.superuser },
        replication: { username: 'replicator', password: passwords.replication },
      },
      create_replica_methods: ['basebackup'],
      basebackup: [{ checkpoint: 'fast' }],
      recovery_conf: { restore_command: `${archiver} archive-get %f "%p"` },
      parameters: {
        hba_file: join(member.appliedDirectory, 'pg_hba.conf'),
        ident_file: join(member.appliedDirectory, 'pg_ident.conf'),
        ...(tls === undefined
          ? {}
          : { ssl: 'on', ssl_cert_file: tls.certificateFile, ssl_key_file: tls.keyFile }),
        unix_socket_directories: member.socketDirectory,
        shared_preload_libraries: 'pgaudit,pg_stat_statements',
        shared_buffers: '32MB',
        max_wal_size: '256MB',
        archive_mode: 'on',
        archive_command: `${archiver} archive-push %p`,
        // Bounds how much would be lost with the primary's disk while little is written.
        archive_timeout: '60s',
        logging_collector: 'on',
        log_destination: 'csvlog',
        log_directory: member.logDirectory,
        log_filename: 'postgresql-%Y-%m-%d_%H%M%S.log',
        log_file_mode: '0640',
        log_rotation_age: '1h',
        log_rotation_size: '10MB',
        log_timezone: 'UTC',
        timezone: 'UTC',
      },
    },
  });
};

export const bootstrapScript = (member: MemberLayout): string => join(member.root, 'bootstrap.sh');
export const bootstrapSql = (member: MemberLayout): string => join(member.root, 'bootstrap.sql');

/**
 * Patroni runs it once, on the member that initialises the cluster, with a connection string. WAL waits until the backup
 * agents are there, and have written pgbackrest.conf and made the stanza.
 */
export const renderBootstrapScript = (member: MemberLayout): string => `#!/bin/sh
exec ${join(postgresBinaries(), 'psql')} -X -q -v ON_ERROR_STOP=1 -d "$1" -f ${bootstrapSql(member)}
`;

/** The agents' roles, and an application with a database of its own. */
export const renderBootstrapSql = (rolesSql: string, passwords: Passwords): string => `
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE EXTENSION IF NOT EXISTS pgaudit;
${rolesSql}
CREATE ROLE app LOGIN PASSWORD '${passwords.app}';
CREATE DATABASE app OWNER app;
`;
