import { expect, it } from 'vitest';
import { scrapeConfigsOf } from './scrape-configs.ts';

const monitor = (spec: object) => ({
  metadata: { name: 'agents', namespace: 'shop' },
  spec: {
    selector: { matchLabels: { 'app.kubernetes.io/name': 'pg.1' } },
    podMetricsEndpoints: [{ port: 'metrics', interval: '15s' }],
    ...spec,
  },
});
const relabelling = (spec: object) =>
  scrapeConfigsOf(monitor(spec)).map(({ relabel_configs }) => relabel_configs);
const keep = (regex: string, ...from: string[]) => ({
  ...{ action: 'keep', regex },
  source_labels: from.map((name) => `__meta_kubernetes_${name}`),
});

it('makes a job of each endpoint, with its path, interval and scheme', () => {
  const podMetricsEndpoints = [
    { port: 'metrics', interval: '15s' },
    { port: 'other', path: '/m', interval: '1m', scheme: 'https' },
  ];
  expect(scrapeConfigsOf(monitor({ podMetricsEndpoints }))).toMatchObject([
    {
      ...{ job_name: 'podMonitor/shop/agents/0', metrics_path: '/metrics' },
      ...{ scrape_interval: '15s', scheme: 'http' },
    },
    {
      ...{ job_name: 'podMonitor/shop/agents/1', metrics_path: '/m' },
      ...{ scrape_interval: '1m', scheme: 'https' },
    },
  ]);
});

it('keeps the pods of its own namespace that have the labels, and of them the named port', () => {
  const [rules] = relabelling({});
  expect(rules).toContainEqual(keep('shop', 'namespace'));
  const labels = ['pod_label_app_kubernetes_io_name', 'pod_labelpresent_app_kubernetes_io_name'];
  expect(rules).toContainEqual(keep(String.raw`(pg\.1);true`, ...labels));
  expect(rules).toContainEqual(keep('metrics', 'pod_container_port_name'));
});

it('keeps those of the namespaces that it names, or of all', () => {
  const [named] = relabelling({ namespaceSelector: { matchNames: ['one', 'two'] } });
  expect(named).toContainEqual(keep('one|two', 'namespace'));
  const [all] = relabelling({ namespaceSelector: { any: true } });
  expect(JSON.stringify(all)).not.toContain('"source_labels":["__meta_kubernetes_namespace"],"regex"');
});

it('refuses what it does not translate', () => {
  const podMetricsEndpoints = [{ port: 'metrics', interval: '15s', honorLabels: true }];
  expect(() => relabelling({ podMetricsEndpoints })).toThrow(/honorLabels/);
  expect(() => relabelling({ selector: { matchExpressions: [] } })).toThrow();
});
