import * as z from 'zod';

/** The part of an agent's configuration that says how to reach PostgreSQL. */
export const postgresConfig = (defaults: { readonly user: string }) =>
  z.strictObject({
    host: z
      .string()
      .min(1)
      .default('/var/run/postgresql')
      .describe('Directory of the unix socket (begins with a slash), or a host name.'),
    port: z.int().min(1).max(65_535).default(5432).describe('Port, also of the unix socket.'),
    user: z.string().min(1).max(63).default(defaults.user).describe('Role to log in as.'),
    database: z.string().min(1).max(63).default('postgres').describe('Database to log in to.'),
    passwordFile: z
      .string()
      .startsWith('/', 'an absolute path')
      .max(4096)
      .optional()
      .describe('File with the password; not needed over the unix socket with peer.'),
  });
export type PostgresConfig = z.infer<ReturnType<typeof postgresConfig>>;

/** `/var/run/postgresql:5432`: how messages, and postgres_exporter's label `server`, name the server. */
export const addressOf = (config: { readonly host: string; readonly port: number }): string =>
  `${config.host}:${config.port}`;
