import { readFileSync } from 'node:fs';
import { type Alert, everywhere, templated } from '@howdah/runtime/alert';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { alerts, limits } from './alerts.ts';
import { createMetrics } from './metrics.ts';

const contract = new URL('../exporter/testdata/postgres_exporter-metrics.tsv', import.meta.url);
const exporterNames = readFileSync(contract, 'utf8')
  .split('\n')
  .map((line) => line.split('\t')[0]);

const seriesOf = (alert: Alert<keyof typeof limits>): readonly string[] => {
  const names: string[] = [];
  const scope = everywhere(limits);
  alert.expr({
    ...scope,
    series: (name, ...matchers) => {
      names.push(name);
      return scope.series(name, ...matchers);
    },
  });
  return names;
};

it.each(alerts)('$name asks only for series that some agent shows', (alert) => {
  const registry = new Registry();
  createMetrics(registry);
  const shown = [...registry.getMetricsAsArray().map(({ name }) => name), ...exporterNames];
  const names = seriesOf(alert);
  expect(names).not.toEqual([]);
  expect(names.filter((name) => !shown.includes(name))).toEqual([]);
});

it('every limit bounds some alert, and a chart fills in each', () => {
  const text = alerts.map(({ expr }) => expr(templated(['job="@job@"']))).join('\n');
  for (const name of Object.keys(limits)) expect(text).toContain(`@${name}@`);
});
