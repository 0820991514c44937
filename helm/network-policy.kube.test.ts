import { allows, type NetworkPolicy, networkPolicy } from '@howdah/testbed-tools/network-policy';
import {
  databases,
  operatorAsClient,
  partiesWith,
  type Row,
  whoMayCallMembers,
} from '@howdah/testbed-tools/who-may-call-whom';
import { describe, expect, it } from 'vitest';
import { objectsOf, render } from './testing/chart.ts';

const parties = partiesWith(
  { application: 'patroni', 'cluster-name': 'patroni', role: 'replica' },
  { application: 'patroni', 'cluster-name': 'other' },
);

/** The chart also bounds whom members may call. */
const table: readonly Row[] = [
  ...whoMayCallMembers,
  operatorAsClient(false),
  ['member', 'api server', 443, true],
  ['member', 'store', 443, true],
  ['member', 'store', 22, false],
  ['member', 'internet', 443, false],
  ['member', 'application', 8080, false],
  ['member', 'prometheus', 9090, false],
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

const judged = (policies: readonly NetworkPolicy[], rows: readonly Row[]) =>
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
