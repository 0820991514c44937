import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scrape } from '@howdah/testbed-tools/samples';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { chart } from './operator/operator.ts';
import { useOperator } from './operator/use-operator.ts';
import { expectScraped } from './oracles/expect-scraped.ts';
import { parsePods } from './patroni/pods.ts';

// Alone: it takes kinds and roles away that belong to no namespace, and brings one that every operator would use.
const namespace = 'charts';
const elsewhere = 'charts-elsewhere';
const operator = useOperator({ namespace });
const orders = () => operator().made('orders');
const kubectl = (...args: string[]) => operator().kubectl(args);
const kubectlElsewhere = (...args: string[]) =>
  operator().cluster.kubectl(['--namespace', elsewhere, ...args], operator().signal);
const helm = (...args: string[]) => operator().cluster.helm(args, operator().signal, { timeoutMs: 130_000 });

const minimal = async () =>
  z
    .looseObject({ spec: z.looseObject({}) })
    .parse(parse(await readFile(new URL('../../../examples/minimal/cluster.yaml', import.meta.url), 'utf8')));
const installKinds = (directory = chart('howdah-crds')) =>
  helm('upgrade', '--install', 'howdah-crds', directory, '--namespace', 'kube-system');

beforeAll(async () => {
  await installKinds();
  const { spec, ...manifest } = await minimal();
  await kubectl('create', 'namespace', elsewhere);
  await operator().cluster.kubectl(['--namespace', elsewhere, 'apply', '-f', '-'], operator().signal, {
    input: JSON.stringify({ ...manifest, spec }),
  });
  await operator().apply({ ...manifest, spec: { ...spec, instances: 1 } });
  await orders().until('Ready', 'True');
  await orders().until('ConfigApplied', 'True');
  await orders().agentsReady(1);
  // The last of its conditions to settle: what is written after that has another cause.
  await orders().until('Degraded', 'False');
}, 300_000);
afterAll(async () => {
  const args = ['delete', 'namespace', elsewhere, '--ignore-not-found', '--wait', '--timeout=60s'];
  await operator().cluster.kubectl(args, AbortSignal.timeout(70_000), { timeoutMs: 70_000 });
}, 80_000);

const children = 'sts,svc,cm,secret,sa,role,rolebinding,pdb,netpol,pvc';
const versioned = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      metadata: z.object({ name: z.string(), uid: z.string(), resourceVersion: z.string() }),
      status: z.unknown().optional(),
    }),
  ),
});

/**
 * The cluster, each object that was made for it, and when its pod's processes were started: whoever writes anything
 * changes this. The pod's own version is left out, since Patroni writes into its annotations.
 */
const everything = async () => {
  const args = ['get', children, '-l', 'howdah.dev/cluster=orders', '-o', 'json'];
  const list = versioned.parse(JSON.parse(await kubectl(...args)));
  const itself = versioned.parse({
    items: [JSON.parse(await kubectl('get', 'pgc', 'orders', '-o', 'json'))],
  });
  const [row] = await orders().query<{ at: Date }>(
    await orders().primary(),
    'SELECT pg_postmaster_start_time() AS at',
  );
  return {
    objects: [...itself.items, ...list.items].map(
      ({ kind, metadata: { name, uid, resourceVersion } }) => `${kind} ${name} ${uid} ${resourceVersion}`,
    ),
    // Where it was written, one sees what.
    status: itself.items[0]?.status,
    pods: (await orders().pods()).map(({ name, uid, containers }) => ({ name, uid, containers })),
    postgres: row?.at.toISOString(),
  };
};

/** Waits until the operator that leads, one of these pods, has looked so often at the cluster. */
const looked = (times: number, except: readonly string[] = []) =>
  orders().waitFor(
    `an operator to look ${times} times`,
    async () => {
      const selector = 'app.kubernetes.io/component=operator';
      const pods = parsePods(await kubectl('get', 'pods', '-l', selector, '-o', 'json'));
      for (const { address } of pods.filter(({ name }) => !except.includes(name))) {
        const within = AbortSignal.any([operator().signal, AbortSignal.timeout(5_000)]);
        const samples = await scrape(`http://${address}:8080`, 'howdah_operator_reconciles_total', within);
        const done = samples.find(({ labels }) => labels.outcome === 'done')?.value ?? 0;
        if (done >= times) return pods.map(({ name }) => name);
      }
      return undefined;
    },
    90_000,
  );

const may = async (verb: string, what: string, where: string, ...more: string[]) =>
  (
    await operator()
      .cluster.kubectl(
        [
          ...['auth', 'can-i', verb, what, ...more, '--namespace', where],
          `--as=system:serviceaccount:${namespace}:howdah-operator`,
        ],
        operator().signal,
      )
      .catch(() => 'no')
  ).trim();

it('looks after the clusters of one namespace, and has no right to another’s Secrets', async () => {
  await looked(2);
  expect(await kubectlElsewhere('get', 'pgc', 'orders', '-o', 'jsonpath={.status}')).toBe('');
  const made = ['get', `${children},pods`, '-l', 'howdah.dev/cluster', '-o', 'name'];
  expect(await kubectlElsewhere(...made)).toBe('');
  expect(await may('get', 'secrets', namespace)).toBe('yes');
  for (const where of [elsewhere, 'kube-system'])
    for (const [verb, what] of [
      ...[['get', 'secrets'] as const, ['list', 'secrets'] as const],
      ...[['list', 'pods'] as const, ['get', 'postgresclusters.howdah.dev'] as const],
    ])
      expect(await may(verb, what, where), `${verb} ${what} in ${where}`).toBe('no');
  expect(await may('create', 'pods', namespace, '--subresource=exec')).toBe('no');
  expect(await may('create', 'pods', namespace)).toBe('no');
});

it('is upgraded with other values, and writes nothing to a cluster that runs', async () => {
  const before = await everything();
  const old = await looked(1);
  await operator().upgrade({ logLevel: 'debug', podAnnotations: { 'example.org/team': 'databases' } });
  await looked(2, old);
  expect(await everything()).toEqual(before);
});

it('brings new forms of its kinds by an upgrade of their own chart', async () => {
  const before = await everything();
  const directory = await mkdtemp(join(tmpdir(), 'howdah-crds-'));
  const shortNames = ['get', 'crd', 'postgresclusters.howdah.dev', '-o', 'jsonpath={.spec.names.shortNames}'];
  try {
    await cp(chart('howdah-crds'), directory, { recursive: true });
    const file = join(directory, 'templates/postgresclusters.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('      - pgc\n', '      - pgc\n      - elephants\n'));
    await installKinds(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  expect(await kubectl(...shortNames)).toBe('["pgc","elephants"]');
  expect(await everything()).toEqual(before);
  await installKinds();
  expect(await kubectl(...shortNames)).toBe('["pgc"]');
});

/** As little of Prometheus' operator as its API server needs to keep one. */
const podMonitorKind = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'podmonitors.monitoring.coreos.com' },
  spec: {
    group: 'monitoring.coreos.com',
    scope: 'Namespaced',
    names: { kind: 'PodMonitor', plural: 'podmonitors', singular: 'podmonitor' },
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

it('makes a PodMonitor by which Prometheus scrapes its members when that kind comes, and goes on when it has gone', async () => {
  const before = await everything();
  await operator().apply(podMonitorKind);
  const monitor = () => kubectl('get', 'podmonitor', 'orders', '-o', 'json').catch(() => '');
  const made = await orders().waitFor('a PodMonitor', async () => (await monitor()) || undefined, 90_000);
  await expectScraped(orders(), [JSON.parse(made)], `${namespace}/orders`, ['orders-0']);

  await kubectl('delete', 'podmonitor', 'orders');
  await orders().waitFor('the PodMonitor again', async () => (await monitor()) || undefined, 90_000);

  await kubectl('delete', 'crd', 'podmonitors.monitoring.coreos.com', '--wait');
  await kubectl('delete', 'svc', 'orders-replica');
  await orders().waitFor(
    'an operator that works',
    () => kubectl('get', 'svc', 'orders-replica').catch(() => undefined),
    90_000,
  );
  const others = ({ objects, ...rest }: typeof before) => ({
    ...rest,
    objects: objects.filter((each) => !each.startsWith('Service orders-replica')),
  });
  expect(others(await everything())).toEqual(others(before));
});

it('is uninstalled: clusters and their kinds stay, and PostgreSQL answers', async () => {
  const before = await everything();
  await helm('uninstall', 'howdah', '--namespace', namespace, '--wait');
  await helm('uninstall', 'howdah-crds', '--namespace', 'kube-system', '--wait');
  expect(await everything()).toEqual(before);
  await orders().agentsReady(1);
  expect(await may('get', 'secrets', namespace)).toBe('no');
  const roles = await kubectl('get', 'clusterroles,clusterrolebindings', '-o', 'name');
  expect(roles.split('\n').filter((name) => /\/(charts-)?howdah-/.test(name))).toEqual([]);
});

it('takes over what runs when it is installed again, without a write', async () => {
  const before = await everything();
  await installKinds();
  await operator().upgrade({});
  await looked(2);
  expect(await everything()).toEqual(before);
  await operator().apply({
    ...(await minimal()),
    spec: {
      ...(await minimal()).spec,
      instances: 1,
      postgres: { version: 17, parameters: { work_mem: '7MB' } },
    },
  });
  await orders().until('ConfigApplied', 'True');
  const [row] = await orders().query<{ work_mem: string }>(await orders().primary(), 'SHOW work_mem');
  expect(row?.work_mem).toBe('7MB');
});
