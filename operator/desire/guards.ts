import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import { ports } from './paths.ts';
import { memberLabels, owned, type Wanted } from './wanted.ts';

/** A drained node takes one member at a time, and waits for it to be back. */
export const disruptionBudget = (wanted: Wanted): KubeObject =>
  owned(wanted, resources.podDisruptionBudget, wanted.name, {
    spec: { maxUnavailable: 1, selector: { matchLabels: memberLabels(wanted.name) } },
  });

const port = (number: number) => ({ protocol: 'TCP', port: number });
/** Ours, in whatever namespace they are. */
const podsOf = (component: 'operator' | 'console') => ({
  namespaceSelector: {},
  podSelector: {
    matchLabels: { 'app.kubernetes.io/name': 'howdah', 'app.kubernetes.io/component': component },
  },
});

/** A rule without `from`, or with an empty one, would let everybody in: of an empty list none is made. */
const rulesFor = (from: readonly object[] | undefined, number: number): readonly object[] =>
  from?.length === 0 ? [] : [{ ...(from === undefined ? {} : { from }), ports: [port(number)] }];

/** Who may call whom: docs/explanation/architecture.md. */
export const networkPolicy = (wanted: Wanted): KubeObject | undefined => {
  const { enabled, clients, prometheus } = wanted.spec.networkPolicy;
  if (!enabled) return undefined;
  const podSelector = { matchLabels: memberLabels(wanted.name) };
  const all = [ports.postgres, ports.patroni, ports.agents].map(port);
  const watched = [ports.patroni, ports.agents].map(port);
  return owned(wanted, resources.networkPolicy, wanted.name, {
    spec: {
      podSelector,
      policyTypes: ['Ingress'],
      ingress: [
        { from: [{ podSelector }], ports: all },
        // The operator makes roles and databases, as a client.
        { from: [podsOf('operator')], ports: all },
        { from: [podsOf('console')], ports: watched },
        ...rulesFor(prometheus, ports.agents),
        ...rulesFor(clients, ports.postgres),
      ],
    },
  });
};

export const podMonitor = (wanted: Wanted): KubeObject | undefined => {
  if (!wanted.has.podMonitor) return undefined;
  const { labels = {}, interval } = wanted.spec.podMonitor;
  const spec = {
    selector: { matchLabels: memberLabels(wanted.name) },
    podMetricsEndpoints: [{ port: 'howdah', path: '/metrics', interval }],
  };
  return owned(wanted, resources.podMonitor, wanted.name, { spec }, { labels });
};
