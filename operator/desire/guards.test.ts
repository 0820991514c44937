import { allows, networkPolicy as parsed } from '@howdah/testbed-tools/network-policy';
import {
  databases,
  operatorAsClient,
  partiesWith,
  type Row,
  whoMayCallMembers,
} from '@howdah/testbed-tools/who-may-call-whom';
import { describe, expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { disruptionBudget, networkPolicy, podMonitor } from './guards.ts';
import { memberLabels } from './wanted.ts';

const parties = partiesWith(memberLabels('orders'), memberLabels('billing'));

/** What the cluster's policy says to these calls. */
const judged = (spec: object, rows: readonly Row[]) => {
  const policy = parsed.parse(networkPolicy(wantedWith({ networkPolicy: spec }, { namespace: databases })));
  return rows.map(([from, to, port]) => [
    from,
    to,
    port,
    allows([policy], databases, { from: parties[from], to: parties[to], port }),
  ]);
};

describe('the NetworkPolicy', () => {
  const named = {
    clients: [{ podSelector: {} }],
    prometheus: [
      { namespaceSelector: {}, podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } } },
    ],
  };

  it('lets in whom the list names, and nobody else, where the spec says who clients and Prometheus are', () => {
    const table = [...whoMayCallMembers, operatorAsClient(true)];
    expect(judged(named, table)).toEqual(table);
  });

  it('lets everybody reach PostgreSQL and the metrics where it does not say so, and nobody Patroni', () => {
    const rows = [
      ['internet', 'member', 5432, true],
      ['application elsewhere', 'member', 9187, true],
      ['another cluster', 'member', 5432, true],
      ['internet', 'member', 8008, false],
      ['application', 'member', 8008, false],
      ['internet', 'member', 22, false],
    ] as const;
    expect(judged({}, rows)).toEqual(rows);
  });

  it('takes a list with nobody in it to be nobody', () => {
    const rows = [
      ['application', 'member', 5432, false],
      ['prometheus', 'member', 9187, false],
      ['member', 'member', 5432, true],
      ['operator', 'member', 5432, true],
    ] as const;
    expect(judged({ clients: [], prometheus: [] }, rows)).toEqual(rows);
  });

  it('leaves members free to call whom they want, and other clusters alone', () => {
    const rows = [
      ['member', 'internet', 443, true],
      ['internet', 'another cluster', 8008, true],
    ] as const;
    expect(judged(named, rows)).toEqual(rows);
  });

  it('is not made where the spec does not want one', () => {
    expect(networkPolicy(wantedWith({ networkPolicy: { enabled: false } }))).toBeUndefined();
  });
});

it('lets a drained node take one member at a time, of this cluster', () => {
  expect(disruptionBudget(wantedWith()).spec).toEqual({
    maxUnavailable: 1,
    selector: { matchLabels: memberLabels('orders') },
  });
});

it('has Prometheus find the members where its operator is, and nothing made where it is not', () => {
  expect(podMonitor(wantedWith())).toBeUndefined();
  const spec = { podMonitor: { labels: { prometheus: 'ours' }, interval: '15s' } };
  const made = podMonitor(wantedWith(spec, { has: { podMonitor: true } }));
  expect(made?.metadata.labels).toMatchObject({ prometheus: 'ours', 'howdah.dev/cluster': 'orders' });
  expect(made?.spec).toEqual({
    selector: { matchLabels: memberLabels('orders') },
    podMetricsEndpoints: [{ port: 'howdah', path: '/metrics', interval: '15s' }],
  });
});
