import { describe, expect, it } from 'vitest';
import { podList, targetsOf } from './targets.ts';

const pod = (spec: object, annotations: Record<string, string> = {}, phase = 'Running') => ({
  metadata: { name: 'pg-0', namespace: 'demo', annotations },
  spec: { containers: [], ...spec },
  status: { phase, podIP: '198.18.0.20' },
});

const targets = (...items: readonly object[]) => targetsOf(podList.parse({ items }).items);
const metrics = { ports: [{ name: 'metrics', containerPort: 9187 }] };

describe('what Prometheus scrapes', () => {
  it('is every port named metrics, of a sidecar too', () => {
    const both = {
      containers: [metrics],
      initContainers: [{ ports: [{ name: 'metrics', containerPort: 9188 }] }],
    };
    expect(targets(pod(both)).flatMap((target) => target.targets)).toEqual([
      '198.18.0.20:9188',
      '198.18.0.20:9187',
    ]);
    expect(targets(pod(both))[0]?.labels).toEqual({ namespace: 'demo', pod: 'pg-0' });
  });

  it('is the port that annotations name, and no port twice', () => {
    const asked = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9187' };
    expect(targets(pod({}, asked))).toHaveLength(1);
    expect(targets(pod({ containers: [metrics] }, asked))).toHaveLength(1);
  });

  it('is nothing of a pod that does not run or does not ask', () => {
    expect(targets(pod({ containers: [metrics] }, {}, 'Succeeded'))).toEqual([]);
    expect(targets(pod({ containers: [{ ports: [{ name: 'sql', containerPort: 5432 }] }] }))).toEqual([]);
  });
});
