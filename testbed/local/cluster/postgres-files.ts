import { join } from 'node:path';
import { type ClusterLayout, type MemberLayout, writeOwned } from './layout.ts';

/** PostgreSQL's settings that its users own: what a ConfigMap would hold. `work_mem` is the demo's to change. */
export const renderPostgresqlConf = (
  workMem = '4MB',
): string => `# Settings of this cluster; changed here, they are in force on every member moments later.
work_mem = ${workMem}
log_connections = on
log_disconnections = on
log_checkpoints = on
log_lock_waits = on
log_min_duration_statement = 2s
track_io_timing = on
`;

/** What is audited. */
export const renderPgauditConf = (): string => `pgaudit.log = 'ddl, role'
pgaudit.log_catalog = off
pgaudit.log_parameter = off
`;

/**
 * Who may log in. The agents' operating-system user gets in as the agents' three roles and as nobody
 * else without a password; the superuser only over TCP with one.
 */
export const renderPgHba =
  (): string => `# type  database     user                                        address        method
local   all          howdah_monitor                                             peer map=howdah
local   postgres     howdah_backup,howdah_config                                peer map=howdah
local   all          postgres                                                   reject
local   all          all                                                        scram-sha-256
host    all          all                                         127.0.0.1/32   scram-sha-256
host    replication  replicator                                  127.0.0.1/32   scram-sha-256
`;

/** Maps the one operating-system user of the agents to their roles. */
export const renderPgIdent = (osUser: string): string =>
  ['howdah_monitor', 'howdah_backup', 'howdah_config'].map((role) => `howdah  ${osUser}  ${role}\n`).join('');

/**
 * The applied postgresql.conf as a postgres container makes it when there is none: PGDATA's own defaults
 * (which Patroni's custom_conf replaces) and the mounted files as they stand.
 */
export const renderAppliedConf = (dataDirectory: string, sources: readonly string[]): string =>
  [`include_if_exists '${join(dataDirectory, 'postgresql.base.conf')}'\n`, ...sources].join('\n');

/** Makes the applied files of one member, so that PostgreSQL starts without any agent. */
export const writeAppliedFiles = async (
  layout: ClusterLayout,
  member: MemberLayout,
  sources: readonly string[],
): Promise<void> => {
  const write = (name: string, text: string) =>
    writeOwned(join(member.appliedDirectory, name), text, layout.user, 0o644);
  await write('postgresql.conf', renderAppliedConf(member.dataDirectory, sources));
  await write('pg_hba.conf', renderPgHba());
  await write('pg_ident.conf', renderPgIdent(layout.user.name));
};
