import { z } from 'zod';

const container = z.object({
  name: z.string(),
  ports: z.array(z.object({ name: z.string().default(''), containerPort: z.int() })).default([]),
});
const words = z.record(z.string(), z.string()).default({});

/** What is used of a Pod. */
export const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), namespace: z.string(), annotations: words, labels: words }),
      spec: z.object({
        containers: z.array(container),
        initContainers: z.array(container).default([]),
      }),
      status: z.object({ phase: z.string().default(''), podIP: z.string().default('') }).prefault({}),
    }),
  ),
});
export type Pod = z.infer<typeof podList>['items'][number];

/** One entry of Prometheus's HTTP service discovery. */
export interface Target {
  readonly targets: readonly [string];
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * What Prometheus's own discovery of pods would find, under its names: every declared port of every pod, and none chosen.
 * Choosing is for the relabelling of whoever scrapes.
 *
 * @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/#pod
 */
export const targetsOf = (pods: readonly Pod[]): readonly Target[] =>
  pods
    .filter(({ status }) => status.podIP !== '')
    .flatMap(({ metadata, spec, status }) => {
      const pod = {
        [meta('namespace')]: metadata.namespace,
        [meta('pod_name')]: metadata.name,
        [meta('pod_phase')]: status.phase,
        ...each('pod_annotation', metadata.annotations),
        ...each('pod_label', metadata.labels),
        ...each('pod_labelpresent', metadata.labels, () => 'true'),
      };
      return [...spec.initContainers, ...spec.containers].flatMap(({ name, ports }) =>
        ports.map(
          (port): Target => ({
            targets: [`${status.podIP}:${port.containerPort}`],
            labels: {
              ...pod,
              [meta('pod_container_name')]: name,
              [meta('pod_container_port_name')]: port.name,
            },
          }),
        ),
      );
    });

const meta = (name: string): string => `__meta_kubernetes_${name}`;

/** In the name of Prometheus's label everything but letters and digits is an underscore. */
export const labelName = (name: string): string => name.replaceAll(/[^a-zA-Z0-9_]/g, '_');

const each = (
  kind: string,
  values: Readonly<Record<string, string>>,
  of: (value: string) => string = (value) => value,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [meta(`${kind}_${labelName(name)}`), of(value)]),
  );
