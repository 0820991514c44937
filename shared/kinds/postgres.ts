import * as z from 'zod';
import { intOrString, rules } from './parts.ts';

export const postgresMajors = [15, 16, 17, 18] as const;

export const postgres = z
  .strictObject({
    version: z
      .literal(postgresMajors)
      .meta(rules({ rule: 'self == oldSelf', message: 'a cluster keeps its major version: make a new one' }))
      .describe('Major version.'),
    image: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .describe('Image of PostgreSQL and Patroni, made of howdah/postgres; the operator’s own when absent.'),
    parameters: z
      .record(z.string().max(128), intOrString())
      .default({})
      .meta({ maxProperties: 512 })
      .describe('postgresql.conf; on and off in quotes. Some names belong to the operator, which says so.'),
    hba: z
      .array(z.string().min(1).max(1024))
      .max(512)
      .default(['host all all all scram-sha-256'])
      .describe('Lines of pg_hba.conf, after those by which Patroni and the agents log in.'),
    preloadLibraries: z
      .array(z.string().min(1).max(255))
      .max(32)
      .default([])
      .describe('Libraries to preload beside pg_stat_statements and, with audit, pgaudit.'),
    locale: z
      .string()
      .min(1)
      .max(64)
      .default('C.UTF-8')
      .meta(rules({ rule: 'self == oldSelf', message: 'a cluster keeps its locale: make a new one' }))
      .describe('Locale of the cluster.'),
  })
  .describe('The server.');
export type Postgres = z.infer<typeof postgres>;

export const replication = z
  .strictObject({
    mode: z
      .enum(['asynchronous', 'synchronous'])
      .default('asynchronous')
      .describe('`synchronous`: a commit waits for a replica, so that a failover loses none.'),
    strict: z
      .boolean()
      .default(false)
      .describe(
        'With synchronous: no commit at all without a replica, rather than one that a failover may lose.',
      ),
    synchronousReplicas: z
      .int()
      .min(1)
      .max(10)
      .default(1)
      .describe('With synchronous: for how many it waits.'),
  })
  .prefault({})
  .describe('Replication between members.');
export type Replication = z.infer<typeof replication>;
