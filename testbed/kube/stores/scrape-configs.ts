import * as z from 'zod';
import { targetsPort } from '../addresses.ts';
import { labelName } from './targets.ts';

/** One of Prometheus's `scrape_configs`. */
export interface ScrapeConfig {
  readonly job_name: string;
  readonly [key: string]: unknown;
}

/** Strict: what is not translated here must not look as if it were. */
const podMonitor = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.strictObject({
    selector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
    namespaceSelector: z
      .strictObject({ any: z.boolean().default(false), matchNames: z.array(z.string()).default([]) })
      .prefault({}),
    podMetricsEndpoints: z.array(
      z.strictObject({
        port: z.string(),
        path: z.string().default('/metrics'),
        interval: z.string(),
        scheme: z.enum(['http', 'https']).default('http'),
      }),
    ),
  }),
});

/**
 * What Prometheus's operator makes of a PodMonitor: a job for each endpoint, whose relabelling chooses among all pods.
 *
 * @param monitor with its namespace, as an API server gives it.
 * @throws a ZodError when it has anything that is not translated.
 * @see https://github.com/prometheus-operator/prometheus-operator/blob/main/pkg/prometheus/promcfg.go
 */
export const scrapeConfigsOf = (monitor: unknown): readonly ScrapeConfig[] => {
  const { metadata, spec } = podMonitor.parse(monitor);
  const { any, matchNames } = spec.namespaceSelector;
  const namespaces = matchNames.length > 0 ? matchNames : [metadata.namespace];
  const labels = Object.entries(spec.selector.matchLabels).map(([name, value]) =>
    keep([`pod_label_${labelName(name)}`, `pod_labelpresent_${labelName(name)}`], `(${exactly(value)});true`),
  );
  return spec.podMetricsEndpoints.map(({ port, path, interval, scheme }, index) => ({
    job_name: `podMonitor/${metadata.namespace}/${metadata.name}/${index}`,
    ...{ metrics_path: path, scrape_interval: interval, scheme },
    ...discovered,
    relabel_configs: [
      ...(any ? [] : [keep(['namespace'], namespaces.map(exactly).join('|'))]),
      drop(['pod_phase'], '(Failed|Succeeded)'),
      ...labels,
      keep(['pod_container_port_name'], exactly(port)),
      ...named,
      { target_label: 'job', replacement: `${metadata.namespace}/${metadata.name}` },
      { target_label: 'endpoint', replacement: port },
    ],
  }));
};

/** Debian's Prometheus is built without the discovery of Kubernetes: the node answers in its place. */
const discovered = {
  http_sd_configs: [{ url: `http://127.0.0.1:${targetsPort}/`, refresh_interval: '1s' }],
};

const meta = (names: readonly string[]) => names.map((name) => `__meta_kubernetes_${name}`);
const keep = (from: readonly string[], regex: string) => ({
  action: 'keep',
  source_labels: meta(from),
  regex,
});
const drop = (from: readonly string[], regex: string) => ({
  action: 'drop',
  source_labels: meta(from),
  regex,
});
const copy = (from: string, to: string) => ({ source_labels: meta([from]), target_label: to });

/** A regular expression of Prometheus that only this matches; it is anchored at both ends anyway. */
const exactly = (value: string): string => value.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

const named = [
  copy('namespace', 'namespace'),
  copy('pod_container_name', 'container'),
  copy('pod_name', 'pod'),
] as const;

/**
 * Pods whose annotations ask for it, as those do who have no operator of Prometheus.
 *
 * @see https://github.com/prometheus/prometheus/blob/main/documentation/examples/prometheus-kubernetes.yml
 */
export const annotatedPods: ScrapeConfig = {
  job_name: 'annotated',
  ...discovered,
  relabel_configs: [
    keep(['pod_annotation_prometheus_io_scrape'], 'true'),
    {
      source_labels: ['__address__', ...meta(['pod_annotation_prometheus_io_port'])],
      regex: String.raw`(.+):\d+;(\d+)`,
      replacement: '$1:$2',
      target_label: '__address__',
    },
    ...named.filter(({ target_label }) => target_label !== 'container'),
  ],
};
