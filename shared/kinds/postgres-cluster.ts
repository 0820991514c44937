import * as z from 'zod';
import { services, users } from './access.ts';
import { ownBackup } from './backup.ts';
import { clusterStatus } from './cluster-status.ts';
import { labels, passedOn } from './parts.ts';
import { imagePullSecrets, resources, scheduling, securityContext, updates } from './pods.ts';
import { postgres, replication } from './postgres.ts';
import { storage } from './storage.ts';
import { tls } from './tls.ts';

/** `spec.<section>` of an agent: what is said here, and every key of the agent's own file, each optional. */
const section = <Own extends z.ZodRawShape>(own: Own, description: string) =>
  z
    .looseObject(own)
    .prefault({} as never)
    .describe(description);

const networkPolicy = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether a NetworkPolicy is made.'),
    clients: z
      .array(passedOn())
      .max(64)
      .optional()
      .describe('Who may reach PostgreSQL; everybody when absent.'),
    prometheus: z
      .array(passedOn())
      .max(64)
      .optional()
      .describe('Who may reach the agents’ metrics; everybody when absent.'),
  })
  .prefault({})
  .describe('Who may call whom, as peers of a NetworkPolicy.');

const podMonitor = z
  .strictObject({
    labels: labels().optional().describe('Labels by which your Prometheus finds it.'),
    interval: z
      .string()
      .max(16)
      .regex(/^[0-9]+(ms|s|m)$/, 'such as 30s')
      .default('30s')
      .describe('Between scrapes.'),
  })
  .prefault({})
  .describe('The PodMonitor, which is made where Kubernetes has that kind.');

export const clusterSpec = z
  .strictObject({
    postgres,
    instances: z.int().min(1).max(20).default(3).describe('Members: one primary, the others replicas.'),
    storage,
    replication,
    tls: tls.optional(),
    backup: section(ownBackup, 'Backups: repositories, retention, and everything of backup.yaml.'),
    exporter: section({}, 'Metrics: everything of exporter.yaml.'),
    logs: section({}, 'Log shipping: everything of logship.yaml.'),
    audit: section(
      {
        enabled: z
          .boolean()
          .default(false)
          .describe(
            'Audits with pgaudit, and uploads the records: to `store`, or, when absent, beside the backups of the object store with the lowest number.',
          ),
      },
      'The audit trail: everything of audit-upload.yaml.',
    ),
    configReload: section({}, 'Configuration: everything of config-reload.yaml.'),
    users,
    services,
    resources,
    scheduling,
    imagePullSecrets,
    securityContext,
    updates,
    networkPolicy,
    podMonitor,
    deletionPolicy: z
      .enum(['Retain', 'Delete'])
      .default('Retain')
      .describe('Whether the volumes go with the cluster.'),
  })
  .describe('What the cluster is to be.');
export type ClusterSpec = z.infer<typeof clusterSpec>;

/** `PostgresCluster`, as the API server hands it out: defaults are filled in. */
export const postgresCluster = z.object({
  apiVersion: z.literal('howdah.dev/v1alpha1'),
  kind: z.literal('PostgresCluster'),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    generation: z.int(),
    annotations: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
    finalizers: z.array(z.string()).default([]),
  }),
  spec: clusterSpec,
  status: clusterStatus.optional().catch(undefined),
});
export type PostgresCluster = z.infer<typeof postgresCluster>;
