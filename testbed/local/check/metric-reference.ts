import type { Registry } from 'prom-client';
import * as z from 'zod';
import { code, generatedNotice, markdownTable } from './markdown.ts';

export interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labels: readonly string[];
}

export interface MetricPackage {
  /** Relative to the root, e.g. `agents/backup`. */
  readonly folder: string;
  readonly metrics: readonly MetricDescription[];
}

/** prom-client's metrics carry their label names, its types do not say so (15.1). */
const registered = z.object({
  name: z.string(),
  help: z.string(),
  type: z.string(),
  labelNames: z.array(z.string()).default([]),
});

/** What `registry` declares, without collecting any value. */
export const describeMetrics = (registry: Registry): readonly MetricDescription[] =>
  registry
    .getMetricsAsArray()
    .map((metric) => registered.parse({ ...metric }))
    .map(({ name, help, type, labelNames }) => ({ name, help, type, labels: labelNames }));

/** docs/reference/metrics.md: one table for each package. */
export const metricReference = (packages: readonly MetricPackage[]): string => {
  const sections = packages
    .filter(({ metrics }) => metrics.length > 0)
    .toSorted((one, other) => one.folder.localeCompare(other.folder))
    .map(({ folder, metrics }) => [`## ${folder}`, metricTable(metrics)].join('\n\n'));
  return `${[
    '# Metrics',
    generatedNotice('the `metrics.ts` of each package'),
    'A value that is not known is not exported: absent is never 0. Beside these, each process exports the `process_*` and `nodejs_*` metrics of prom-client.',
    'PostgreSQL’s own statistics carry the names, types and labels of postgres_exporter; [the list](../../agents/exporter/testdata/postgres_exporter-metrics.tsv) is what a test compares them with. Patroni’s `patroni_*` are passed on as they are.',
    ...sections,
  ].join('\n\n')}\n`;
};

const metricTable = (metrics: readonly MetricDescription[]): string =>
  markdownTable(
    ['metric', 'type', 'labels', 'what it says'],
    metrics
      .toSorted((one, other) => one.name.localeCompare(other.name))
      .map(({ name, type, labels, help }) => [code(name), type, labels.map(code).join(', '), help]),
  );
