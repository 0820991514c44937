import { z } from 'zod';
import { podMonitor } from './monitor-parts.ts';
import { kubernetesObject } from './policy-parts.ts';
import { prometheusRule } from './rule-parts.ts';

const image = (what: string) =>
  z
    .strictObject({
      repository: z.string().min(1).max(512).describe('Where it is.'),
      tag: z.string().max(128).describe('The chart’s own version when empty.'),
    })
    .describe(what);

/** values.yaml of the chart howdah. */
export const schema = z.strictObject({
  replicas: z.int().min(1).max(5).describe('Operators; one leads, the others stand by.'),
  watchNamespace: z
    .string()
    .max(63)
    .describe('The one namespace whose clusters are looked after, with rights in it alone; all when empty.'),
  images: z
    .strictObject({
      operator: image('Image of the operator.'),
      agent: image('Image of the agents that new and upgraded members run.'),
      postgres: z
        .record(z.string().regex(/^[0-9]+$/), z.string().min(1).max(512))
        .describe('Images of PostgreSQL and Patroni, by major version; a spec may name another one.'),
      pullPolicy: z
        .enum(['Always', 'IfNotPresent', 'Never'])
        .describe('When images are pulled, the members’ too.'),
    })
    .describe('Images.'),
  imagePullSecrets: z
    .array(z.strictObject({ name: z.string().min(1).max(253).describe('Name of the Secret.') }))
    .describe('Secrets by which the operator’s image is pulled.'),
  resources: kubernetesObject().describe('Requests and limits of an operator.'),
  podAnnotations: z.record(z.string(), z.string()).describe('Annotations of its pods.'),
  nodeSelector: z.record(z.string(), z.string()).describe('Labels that its nodes must have.'),
  tolerations: z.array(kubernetesObject()).describe('Taints that its pods tolerate.'),
  priorityClassName: z.string().max(253).describe('Priority of its pods.'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).describe('From which level on it logs.'),
  podMonitor: podMonitor.describe('Of the operator itself, for the Prometheus operator.'),
  prometheusRule: z
    .strictObject(prometheusRule)
    .describe('Alerts on the clusters, for the Prometheus operator.'),
});
