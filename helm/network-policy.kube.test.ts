import { describe, expect, it } from 'vitest';
import { objectsOf, render } from './testing/chart.ts';
import { allows, type NetworkPolicy, networkPolicy, type Party } from './testing/network-policy.ts';

const databases = 'databases';
const pod = (namespace: string, podLabels: Record<string, string>): Party => ({
  namespace,
  namespaceLabels: { 'kubernetes.io/metadata.name': namespace },
  podLabels,
});
const parties = {
  member: pod(databases, { application: 'patroni', 'cluster-name': 'patroni', role: 'replica' }),
  'another cluster': pod(databases, { application: 'patroni', 'cluster-name': 'other' }),
  application: pod(databases, { app: 'shop' }),
  'application elsewhere': pod('shop', { app: 'shop' }),
  prometheus: pod('monitoring', { 'app.kubernetes.io/name': 'prometheus' }),
  operator: pod('howdah', { 'app.kubernetes.io/name': 'howdah', 'app.kubernetes.io/component': 'operator' }),
  console: pod('howdah', { 'app.kubernetes.io/name': 'howdah', 'app.kubernetes.io/component': 'console' }),
  'cluster dns': pod('kube-system', { 'k8s-app': 'kube-dns' }),
  'api server': { address: '10.96.0.1' },
  store: { address: '192.0.2.10' },
  internet: { address: '203.0.113.7' },
} satisfies Record<string, Party>;
type Name = keyof typeof parties;

/** docs/explanation/architecture.md, "Who may call whom". */
const table: readonly (readonly [from: Name, to: Name, port: number, allowed: boolean])[] = [
  ['member', 'member', 5432, true],
  ['member', 'member', 8008, true],
  ['member', 'member', 9187, true],
  ['member', 'member', 22, false],
  ['operator', 'member', 8008, true],
  ['operator', 'member', 9187, true],
  ['operator', 'member', 5432, false],
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
  ['member', 'api server', 443, true],
  ['member', 'store', 443, true],
  ['member', 'store', 22, false],
  ['member', 'internet', 443, false],
  ['member', 'application', 8080, false],
  ['member', 'prometheus', 9090, false],
  // Whom the policy does not select it leaves alone.
  ['application', 'internet', 443, true],
];

const rendered = async (values: object = {}): Promise<readonly NetworkPolicy[]> =>
  objectsOf(
    await render({
      output: 'resources',
      ...values,
      networkPolicy: {
        create: true,
        egress: {
          create: true,
          apiServer: [{ to: [{ ipBlock: { cidr: '10.96.0.1/32' } }], ports: [{ port: 443 }] }],
          stores: [{ to: [{ ipBlock: { cidr: '192.0.2.0/24' } }], ports: [{ port: 443 }] }],
        },
        ...('networkPolicy' in values ? (values.networkPolicy as object) : {}),
      },
    }),
  )
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map((object) => networkPolicy.parse(object));

const judged = (policies: readonly NetworkPolicy[], rows: typeof table) =>
  rows.map(([from, to, port]) => [
    from,
    to,
    port,
    allows(policies, databases, { from: parties[from], to: parties[to], port }),
  ]);

describe('the NetworkPolicy', () => {
  it('lets in whom the list names, and nobody else', async () => {
    expect(judged(await rendered(), table)).toEqual(table);
  });

  it('lets members ask the cluster’s DNS, and nothing else of it', async () => {
    const policies = await rendered();
    const ask = (port: number, protocol: 'TCP' | 'UDP') =>
      allows(policies, databases, { from: parties.member, to: parties['cluster dns'], port, protocol });
    expect([ask(53, 'UDP'), ask(53, 'TCP'), ask(8080, 'TCP')]).toEqual([true, true, false]);
  });

  it('opens a port for each container where the agents are separate', async () => {
    const policies = await rendered({ layout: 'separate' });
    const rows = [9187, 9188, 9189, 9190, 9191].map((port) => ['prometheus', 'member', port, true] as const);
    expect(judged(policies, rows)).toEqual(rows);
  });

  it('takes a caller without peers to be nobody, not everybody', async () => {
    const policies = await rendered({ networkPolicy: { callers: { clients: [], prometheus: [] } } });
    const rows = [
      ['application', 'member', 5432, false],
      ['internet', 'member', 5432, false],
      ['prometheus', 'member', 9187, false],
      ['member', 'member', 5432, true],
    ] as const;
    expect(judged(policies, rows)).toEqual(rows);
  });

  it('is not made unless somebody asks for it', async () => {
    expect(objectsOf(await render()).map(({ kind }) => kind)).not.toContain('NetworkPolicy');
  });
});
