import { schema as auditUpload } from '@howdah/audit-upload/config';
import { schema as backup } from '@howdah/backup/config';
import { schema as configReload } from '@howdah/config-reload/config';
import { schema as exporter } from '@howdah/exporter/config';
import { schema as logship } from '@howdah/logship/config';
import { z } from 'zod';
import { podMonitor } from './monitor-parts.ts';
import { callers, kubernetesObject, networkPolicyRule, peers } from './policy-parts.ts';
import { prometheusRule } from './rule-parts.ts';

const name = () => z.string().max(253);
const absolutePath = () => z.string().startsWith('/', 'an absolute path').max(4096);
const seconds = (min: number, max: number) => z.int().min(min).max(max);

const volume = () =>
  z
    .string()
    .max(63)
    .describe('Volume of the pod; empty: the postgres container’s is not needed, or one is added.');
const subPath = () => z.string().max(1024).describe('Folder in that volume.');
const place = (what: string) =>
  z
    .strictObject({
      path: absolutePath().describe(
        'Where the postgres container has it; the agents get it at the same path.',
      ),
      volume: volume(),
      subPath: subPath().optional(),
    })
    .describe(what);

const resources = (which: string) => kubernetesObject().describe(`Requests and limits of ${which}.`);

const secret = z.strictObject({
  secretName: name()
    .min(1)
    .describe('The Secret; one that is missing keeps the agents waiting, not PostgreSQL.'),
  items: z
    .array(kubernetesObject())
    .optional()
    .describe('Keys and the files that they become; all when absent.'),
  mode: z
    .int()
    .min(0)
    .max(0o777)
    .optional()
    .describe('Mode of the files, decimal; 288 is 0440, for the pod’s fsGroup.'),
  agents: z
    .array(z.enum(['backup', 'exporter', 'logship', 'audit-upload', 'config-reload']))
    .optional()
    .describe('Who gets it where each agent has a container; all when absent.'),
});

/** values.yaml of the chart howdah-agents. */
export const schema = z.strictObject({
  output: z
    .enum(['all', 'resources', 'patch'])
    .describe('What is rendered: all, all but the patch, or nothing but the patch.'),
  statefulSet: z
    .strictObject({
      name: name().min(1).describe('The StatefulSet that gets the agents.'),
      container: name().min(1).describe('Its container in which Patroni and PostgreSQL run.'),
      podLabels: z
        .record(z.string(), z.string())
        .describe('Labels of its pods, by which PodMonitor and NetworkPolicy find them.'),
      patroniStopSeconds: seconds(5, 3_570).describe(
        'How long Patroni may take to stop PostgreSQL; terminationGracePeriodSeconds becomes 30 more.',
      ),
    })
    .describe('What somebody else made.'),
  image: z
    .strictObject({
      repository: z.string().min(1).describe('Image of the agents.'),
      tag: z.string().describe('Its tag; the chart’s appVersion when empty.'),
      digest: z
        .string()
        .regex(/^(sha256:[0-9a-f]{64})?$/)
        .describe('Its digest, instead of a tag.'),
      pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).describe('When it is pulled.'),
    })
    .describe('Image of the agents.'),
  imagePullSecrets: z.array(kubernetesObject()).describe('Added to those of the pod.'),
  podAnnotations: z
    .record(z.string(), z.string())
    .describe('Added to those of the pods, e.g. by which a Prometheus without its operator finds them.'),
  layout: z
    .enum(['suite', 'separate'])
    .describe('`suite`: all agents in one container. `separate`: a container for each.'),
  nativeSidecar: z
    .boolean()
    .describe(
      'Init containers with restartPolicy Always (Kubernetes 1.29), which end after PostgreSQL; false: ordinary containers.',
    ),
  agents: z
    .strictObject({
      backup: backup.nullish().describe('backup.yaml'),
      exporter: exporter.nullish().describe('exporter.yaml'),
      logship: logship.nullish().describe('logship.yaml'),
      'audit-upload': auditUpload.nullish().describe('audit-upload.yaml'),
      'config-reload': configReload.nullish().describe('config-reload.yaml'),
    })
    .describe(
      'One key for each agent that is to run: its file, of which the chart knows the paths and Patroni’s address.',
    ),
  postgresFiles: z
    .strictObject({
      'postgresql.conf': z.string().optional().describe('Settings; those of `ALTER SYSTEM` still win.'),
      'pg_hba.conf': z.string().optional().describe('Who may log in.'),
      'pgaudit.conf': z.string().optional().describe('What is audited.'),
    })
    .describe('The files that config-reload brings into force.'),
  patroni: z
    .strictObject({
      url: z.string().min(1).describe('Patroni’s REST API, as the agents reach it in their own pod.'),
      caFile: absolutePath().optional().describe('The CA of its certificate.'),
      serverName: z
        .string()
        .min(1)
        .max(253)
        .optional()
        .describe('Name that its certificate must carry, where it is not the host of `url`.'),
      username: z.string().min(1).optional().describe('User of its REST API, for config-reload.'),
      passwordFile: absolutePath().optional().describe('That user’s password, a file of `secrets`.'),
    })
    .describe('Patroni.'),
  pgdata: absolutePath().describe(
    'PostgreSQL’s data_directory; at the end of the pod its postmaster.pid is waited for.',
  ),
  directories: z
    .strictObject({
      data: place('The volume with PGDATA, read-only in the agents.'),
      log: place('log_directory, read-only in the agents; without a volume where it lies in `data`.'),
      socket: place('The directory of the unix socket; without a volume both get an emptyDir.'),
      state: z
        .strictObject({ volume: volume(), subPath: subPath().optional() })
        .describe('/var/lib/howdah: a volume that outlives the pod.'),
      pgbackrestConfig: place('pgbackrest.conf and its certificates, for the backup agent.'),
      pgbackrestLock: place('pgBackRest’s lock-path; without a volume both get an emptyDir.'),
    })
    .describe('Where things lie in the pod.'),
  extraMounts: z
    .array(kubernetesObject())
    .describe('Further mounts of every agent: tablespaces, pg_wal, a repository.'),
  extraVolumes: z.array(kubernetesObject()).describe('Further volumes of the pod.'),
  secrets: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,46}$/), secret)
    .describe('Below /etc/howdah/secrets, by name.'),
  securityContext: kubernetesObject().describe(
    'Added to the agents’ own (level `restricted`), e.g. `runAsUser` where only the postgres container sets it.',
  ),
  resources: z
    .strictObject({ suite: resources('the suite'), separate: resources('each of five containers') })
    .describe('Requests and limits; pgBackRest’s memory counts in the backup agent’s container.'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).describe('Least level of the agents’ own log.'),
  podMonitor,
  prometheusRule: z
    .strictObject({
      ...prometheusRule,
      job: z
        .string()
        .regex(/^[^\s"'@{}]*$/)
        .max(512)
        .describe('Prometheus’ job of these pods; that of the PodMonitor when empty.'),
    })
    .describe('Alerts, for the Prometheus operator.'),
  networkPolicy: z
    .strictObject({
      create: z
        .boolean()
        .describe('A policy for the pods of the StatefulSet: who is not named here gets in no more.'),
      callers: callers.describe('Who may call; peers as in a NetworkPolicy.'),
      egress: z
        .strictObject({
          create: z.boolean().describe('Also bounds what the pods may call.'),
          dns: peers.describe('DNS.'),
          apiServer: z
            .array(networkPolicyRule)
            .describe('Egress rules for Patroni’s store: the API server’s addresses.'),
          stores: z.array(networkPolicyRule).describe('Egress rules for stores and sinks.'),
        })
        .describe('What the pods may call.'),
    })
    .describe('Generated from the list of who may call whom.'),
  global: kubernetesObject().optional().describe('Helm’s own; not used.'),
});
export type Values = z.infer<typeof schema>;
