import type { Party } from './network-policy.ts';

const pod = (namespace: string, podLabels: Readonly<Record<string, string>>): Party => ({
  namespace,
  namespaceLabels: { 'kubernetes.io/metadata.name': namespace },
  podLabels,
});

/** The namespace of the members. */
export const databases = 'databases';

/** Everybody who could call a member or be called by one; the members' labels are whoever makes the pods' to choose. */
export const partiesWith = (
  member: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
) =>
  ({
    member: pod(databases, member),
    'another cluster': pod(databases, other),
    application: pod(databases, { app: 'shop' }),
    'application elsewhere': pod('shop', { app: 'shop' }),
    prometheus: pod('monitoring', { 'app.kubernetes.io/name': 'prometheus' }),
    operator: pod('howdah', {
      'app.kubernetes.io/name': 'howdah',
      'app.kubernetes.io/component': 'operator',
    }),
    console: pod('howdah', { 'app.kubernetes.io/name': 'howdah', 'app.kubernetes.io/component': 'console' }),
    'cluster dns': pod('kube-system', { 'k8s-app': 'kube-dns' }),
    'api server': { address: '10.96.0.1' },
    store: { address: '192.0.2.10' },
    internet: { address: '203.0.113.7' },
  }) satisfies Record<string, Party>;
export type PartyName = keyof ReturnType<typeof partiesWith>;

export type Row = readonly [from: PartyName, to: PartyName, port: number, allowed: boolean];

/**
 * docs/explanation/architecture.md, "Who may call whom": the one list, by which every NetworkPolicy of ours is judged.
 * Clients are the pods of the members' own namespace, Prometheus those that are called so.
 */
export const whoMayCallMembers: readonly Row[] = [
  ['member', 'member', 5432, true],
  ['member', 'member', 8008, true],
  ['member', 'member', 9187, true],
  ['member', 'member', 22, false],
  ['operator', 'member', 8008, true],
  ['operator', 'member', 9187, true],
  ['console', 'member', 8008, true],
  ['console', 'member', 9187, true],
  ['console', 'member', 5432, false],
  ['prometheus', 'member', 9187, true],
  ['prometheus', 'member', 8008, false],
  ['prometheus', 'member', 5432, false],
  ['application', 'member', 5432, true],
  ['application', 'member', 8008, false],
  ['application', 'member', 9187, false],
  ['application elsewhere', 'member', 5432, false],
  ['another cluster', 'member', 8008, false],
  ['another cluster', 'member', 9187, false],
  ['internet', 'member', 5432, false],
  ['internet', 'member', 8008, false],
  ['internet', 'member', 9187, false],
  // Whom the policy does not select it leaves alone.
  ['application', 'internet', 443, true],
];

/** It makes roles and databases in clusters of its own, and in nobody else's. */
export const operatorAsClient = (ofItsOwn: boolean): Row => ['operator', 'member', 5432, ofItsOwn];
