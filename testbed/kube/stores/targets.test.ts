import { expect, it } from 'vitest';
import { podList, targetsOf } from './targets.ts';

const pod = (spec: object, status: object = { phase: 'Running', podIP: '198.18.0.20' }) => ({
  metadata: {
    ...{ name: 'pg-0', namespace: 'demo' },
    labels: { 'app.kubernetes.io/name': 'pg' },
    annotations: { 'prometheus.io/scrape': 'true' },
  },
  spec: { containers: [], ...spec },
  status,
});
const targets = (...items: readonly object[]) => targetsOf(podList.parse({ items }).items);
const sidecar = { name: 'howdah', ports: [{ name: 'metrics', containerPort: 9187 }] };
const postgres = { name: 'postgres', ports: [{ containerPort: 5432 }] };

it('finds each port of each container, a sidecar’s too, under the names of Prometheus’s own discovery', () => {
  const found = targets(pod({ containers: [postgres], initContainers: [sidecar] }));
  expect(found.flatMap((target) => target.targets)).toEqual(['198.18.0.20:9187', '198.18.0.20:5432']);
  expect(found[0]?.labels).toEqual({
    __meta_kubernetes_namespace: 'demo',
    __meta_kubernetes_pod_name: 'pg-0',
    __meta_kubernetes_pod_phase: 'Running',
    __meta_kubernetes_pod_annotation_prometheus_io_scrape: 'true',
    __meta_kubernetes_pod_label_app_kubernetes_io_name: 'pg',
    __meta_kubernetes_pod_labelpresent_app_kubernetes_io_name: 'true',
    __meta_kubernetes_pod_container_name: 'howdah',
    __meta_kubernetes_pod_container_port_name: 'metrics',
  });
});

it('leaves out a pod without an address, and says of one that has ended that it has', () => {
  expect(targets(pod({ containers: [sidecar] }, {}))).toEqual([]);
  const ended = pod({ containers: [sidecar] }, { phase: 'Succeeded', podIP: '198.18.0.20' });
  expect(targets(ended)[0]?.labels.__meta_kubernetes_pod_phase).toBe('Succeeded');
});
