import { limits } from '@howdah/backup/alerts';
import { z } from 'zod';

const limit = ({ fallback, description }: { fallback: number; description: string }) =>
  z.number().positive().optional().describe(`${description} ${fallback} when absent.`);

/** What both charts' values say of a PrometheusRule. */
export const prometheusRule = {
  create: z
    .enum(['auto', 'always', 'never'])
    .describe('Whether alerts are made; `auto`: where the cluster has that kind.'),
  labels: z.record(z.string(), z.string()).describe('By which a Prometheus chooses it.'),
  runbooks: z
    .string()
    .regex(/^[^\s"'@{}]+[^\s"'@{}/]$/)
    .max(1024)
    .describe('Where you serve docs/runbooks: the beginning of each alert’s runbook_url.'),
  limits: z
    .strictObject(Object.fromEntries(Object.entries(limits).map(([name, each]) => [name, limit(each)])))
    .describe('Limits of the alerts, where they are to be others.'),
};
