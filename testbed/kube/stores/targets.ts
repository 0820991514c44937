import { z } from 'zod';

const container = z.object({
  ports: z.array(z.object({ name: z.string().optional(), containerPort: z.int() })).default([]),
});

/** What is used of a Pod. */
export const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        namespace: z.string(),
        annotations: z.record(z.string(), z.string()).default({}),
      }),
      spec: z.object({
        containers: z.array(container),
        initContainers: z.array(container).default([]),
      }),
      status: z.object({ phase: z.string().optional(), podIP: z.string().optional() }).default({}),
    }),
  ),
});
export type Pod = z.infer<typeof podList>['items'][number];

/** One entry of Prometheus's HTTP service discovery. */
export interface Target {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

const prefix = 'prometheus.io';

/**
 * What Prometheus is to scrape, as a PodMonitor would say it: container ports named `metrics`, sidecars'
 * included, and the port that a pod's own annotations ask for.
 */
export const targetsOf = (pods: readonly Pod[]): readonly Target[] =>
  pods.flatMap(({ metadata, spec, status }) => {
    if (status.podIP === undefined || status.phase !== 'Running') return [];
    const { annotations, name, namespace } = metadata;
    const asked = annotations[`${prefix}/scrape`] === 'true' ? annotations[`${prefix}/port`] : undefined;
    const named = [...spec.initContainers, ...spec.containers]
      .flatMap(({ ports }) => ports)
      .filter((port) => port.name === 'metrics')
      .map((port) => String(port.containerPort));
    const ports = [...new Set([...named, ...(asked === undefined ? [] : [asked])])];
    const path = annotations[`${prefix}/path`];
    return ports.map((port) => ({
      targets: [`${status.podIP}:${port}`],
      labels: { namespace, pod: name, ...(path === undefined ? {} : { __metrics_path__: path }) },
    }));
  });
