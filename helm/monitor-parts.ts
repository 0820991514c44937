import { z } from 'zod';

/** What both charts' values say of a PodMonitor. */
export const podMonitor = z
  .strictObject({
    create: z.enum(['auto', 'always', 'never']).describe('`auto`: where the cluster has that kind.'),
    interval: z.string().describe('Between two scrapes.'),
    labels: z.record(z.string(), z.string()).describe('By which a Prometheus chooses it.'),
  })
  .describe('For the Prometheus operator.');
