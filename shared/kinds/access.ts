import * as z from 'zod';
import { dnsLabel, identifier, keyed, labels, objectName, rules } from './parts.ts';

const service = (description: string) =>
  z
    .strictObject({
      type: z
        .enum(['ClusterIP', 'NodePort', 'LoadBalancer'])
        .default('ClusterIP')
        .describe('Type of the Service.'),
      annotations: labels().optional().describe('Annotations, such as a load balancer wants.'),
      loadBalancerSourceRanges: z
        .array(z.string().max(64))
        .max(64)
        .optional()
        .describe('Networks that a load balancer lets in.'),
      port: z.int().min(1).max(65_535).default(5432).describe('Port of the Service; the pods’ stays 5432.'),
    })
    .prefault({})
    .describe(description);

/** How clients reach PostgreSQL. */
export const services = z
  .strictObject({
    primary: service('Service `<cluster>`, which leads to the primary.'),
    replica: service('Service `<cluster>-replica`, which leads to the replicas.'),
  })
  .prefault({})
  .describe('Services for clients.');
export type Services = z.infer<typeof services>;

const user = z
  .strictObject({
    name: identifier()
      .meta(
        rules({
          rule: "!(self in ['postgres', 'replicator']) && !self.startsWith('howdah_') && !self.startsWith('pg_')",
          message: 'postgres, replicator, howdah_… and pg_… are not for applications',
        }),
      )
      .describe('The role.'),
    databases: z
      .array(identifier())
      .max(64)
      .default([])
      .describe('Databases that are made with this role as their owner, when they are not there.'),
    options: z
      .array(
        z.enum(['SUPERUSER', 'CREATEDB', 'CREATEROLE', 'REPLICATION', 'BYPASSRLS', 'NOLOGIN', 'NOINHERIT']),
      )
      .max(7)
      .default([])
      .describe('Attributes of the role beside LOGIN.'),
    secretName: objectName()
      .optional()
      .describe('Secret with its password and addresses; `<cluster>-user-<name>` when absent.'),
    validUntil: z.iso.datetime({ offset: true }).max(40).optional().describe('When the password ends.'),
  })
  .describe('One role.');
export type User = z.infer<typeof user>;

/** Roles and databases of applications. */
export const users = z
  .array(user)
  .max(128)
  .meta(keyed('name'))
  .default([{ name: 'app', databases: ['app'], options: [] }])
  .describe('Roles for applications, each with a Secret, and their databases.');

export const clusterName = () => dnsLabel(40);
