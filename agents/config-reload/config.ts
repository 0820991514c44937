import { patroniConfig } from '@howdah/patroni/config';
import { postgresConfig } from '@howdah/postgres/config';
import * as z from 'zod';

const role = (description: string) => z.string().min(1).max(63).describe(description);

const keptLogin = z.strictObject({
  from: z
    .union([z.literal('local'), z.ipv4(), z.ipv6()], { error: 'local, or an IP address' })
    .describe('`local` for the unix socket, or the client’s IP address.'),
  database: role('Database, or `replication`.'),
  user: role('Role that logs in.'),
});

const hba = z.strictObject({
  agentUsers: z
    .array(role('A role.'))
    .max(20)
    .default(['howdah_monitor', 'howdah_backup', 'howdah_config'])
    .describe('Roles of the agents, which must be able to log in to database `postgres`.'),
  superuser: role('Patroni’s superuser.').default('postgres'),
  superuserFrom: z
    .union([z.literal('local'), z.ipv4(), z.ipv6()], { error: 'local, or an IP address' })
    .default('127.0.0.1')
    .describe('From where Patroni logs in as its superuser; `local` when it has `use_unix_socket`.'),
  replicationUser: role('Patroni’s replication role.').default('replicator'),
  rewindUser: role('Role of pg_rewind where it is not the superuser.').optional(),
  keep: z
    .array(keptLogin)
    .max(100)
    .default([])
    .describe('Further logins that no pg_hba.conf may lock out, such as an application’s.'),
});

const pemFile = (description: string) =>
  z.string().startsWith('/', 'an absolute path').max(4096).describe(description);

const certificate = z.strictObject({
  certificateFile: pemFile(
    'The certificate, then those that lead to its CA; PEM, such as `tls.crt` of a mounted Secret.',
  ),
  keyFile: pemFile('Its key without a passphrase, PEM; such as `tls.key`.'),
  caFile: pemFile(
    'CA that PostgreSQL or Patroni read beside them, such as `ca.crt`; by default `patroni.caFile`.',
  ).optional(),
  host: z
    .string()
    .min(1)
    .max(253)
    .default('127.0.0.1')
    .describe('Where this PostgreSQL listens with TCP, at `postgres.port`.'),
});

/** `config-reload.yaml`. */
export const schema = z.strictObject({
  patroni: patroniConfig()
    .optional()
    .describe('Patroni on this member. Without it, everything goes to the applied files.'),
  postgres: postgresConfig({ user: 'howdah_config' }).prefault({}).describe('The PostgreSQL of this pod.'),
  applied: z
    .strictObject({
      directory: z
        .string()
        .startsWith('/', 'an absolute path')
        .optional()
        .describe('Where PostgreSQL reads the applied files; by default `postgres` in the state directory.'),
    })
    .prefault({})
    .describe('The applied postgresql.conf and pg_hba.conf.'),
  hba: hba.prefault({}).describe('Who must be able to log in after any change of pg_hba.conf.'),
  certificate: certificate
    .optional()
    .describe(
      'Certificate of PostgreSQL (`ssl_cert_file`, `ssl_key_file`) and, where `patroni.url` is https, of its REST API: a renewed one is brought into force without a restart.',
    ),
  preloadLibraries: z
    .array(z.string().min(1).max(255))
    .max(50)
    .default([])
    .describe('Libraries that may be preloaded although the server lists no extension of that name.'),
  pollSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(30)
    .describe('Looks again after so long without an event, also for drift and pending restarts.'),
  confirmSeconds: z
    .int()
    .min(1)
    .max(300)
    .default(15)
    .describe('How long the server may take to run with a new configuration before it is rolled back.'),
});
export type ConfigReloadConfig = z.infer<typeof schema>;
