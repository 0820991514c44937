import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { checkRules } from '@howdah/testing/promtool';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { alertsIn, client, faultsIn, objectsOf } from './testing/chart.ts';

const directory = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const template = (name: string, ...more: string[]) =>
  client('helm', ['template', 'howdah', directory(name), '--namespace', 'howdah', ...more]);

/** Values that are empty by default, each with something in it. */
const everyValue = Object.entries({
  watchNamespace: 'orders',
  imagePullSecrets: [{ name: 'registry' }],
  podAnnotations: { 'example.org/team': 'databases' },
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'databases', operator: 'Exists', effect: 'NoSchedule' }],
  priorityClassName: 'system-cluster-critical',
}).flatMap(([key, value]) => ['--set-json', `${key}=${JSON.stringify(value)}`]);

const role = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});
const rolesOf = async (name: string, ...more: string[]) =>
  objectsOf(await template(name, ...more)).flatMap((object) =>
    /^(Cluster)?Role$/.test(object.kind) ? [{ kind: object.kind, ...role.parse(object) }] : [],
  );

describe.each(['howdah', 'howdah-crds'])('the chart %s', (name) => {
  it('passes helm lint', async () => {
    expect(await client('helm', ['lint', directory(name)])).toContain('0 chart(s) failed');
  });

  it('renders what Kubernetes takes, also with every value set', async () => {
    const rendered = await template(name);
    expect(objectsOf(rendered).length).toBeGreaterThan(2);
    expect(await faultsIn(rendered)).toBe('');
    const all = await template(name, ...(name === 'howdah' ? everyValue : []));
    expect(await faultsIn(all)).toBe('');
  });
});

it('has a test that finds what Kubernetes would refuse', async () => {
  const rendered = await template('howdah');
  const wrong = (from: string, to: string) => {
    expect(rendered).toContain(from);
    return faultsIn(rendered.replace(from, to));
  };
  expect(await wrong('maxUnavailable: 1', 'maxUnavailible: 1')).toContain('maxUnavailible');
  expect(await wrong('replicas: 2', 'replicas: two')).toContain('/spec/replicas');
  expect(await wrong('kind: PodDisruptionBudget', 'kind: PodDisruption')).toContain('could not find schema');
});

it('makes the alerts of the reference, on every cluster, where it is asked to', async () => {
  const there = ['--api-versions', 'monitoring.coreos.com/v1/PrometheusRule'];
  const asked = ['--set', 'prometheusRule.create=auto'];
  expect(alertsIn(await template('howdah', ...there))).toEqual([]);
  expect(alertsIn(await template('howdah', ...asked))).toEqual([]);
  const made = alertsIn(await template('howdah', ...asked, ...there));
  const { groups } = parse(await readFile(directory('../docs/reference/howdah.rules.yaml'), 'utf8'));
  const plain = (expr: string) => expr.replaceAll(/\b[\d.]+e\+\d+/g, (number) => String(Number(number)));
  expect(made.map((rule) => ({ ...rule, expr: plain(rule.expr) }))).toEqual(groups[0].rules);
  await checkRules(JSON.stringify({ groups: [{ name: 'all', rules: made }] }));
});

const monitor = z.object({
  kind: z.literal('PodMonitor'),
  metadata: z.object({ labels: z.record(z.string(), z.string()) }),
  spec: z.object({
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    podMetricsEndpoints: z.array(z.object({ port: z.string(), path: z.string(), interval: z.string() })),
  }),
});
const deployment = z.object({
  kind: z.literal('Deployment'),
  spec: z.object({
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        containers: z.array(z.object({ ports: z.array(z.object({ name: z.string() })) })),
      }),
    }),
  }),
});

it('makes a PodMonitor of the operator’s own pods where Kubernetes has that kind', async () => {
  const there = ['--api-versions', 'monitoring.coreos.com/v1/PodMonitor'];
  const rendered = async (...more: string[]) => objectsOf(await template('howdah', ...more));
  const monitors = async (...more: string[]) =>
    (await rendered(...more)).flatMap((object) => monitor.safeParse(object).data ?? []);
  expect(await monitors()).toEqual([]);
  expect(await monitors(...there, '--set', 'podMonitor.create=never')).toEqual([]);
  expect(await monitors('--set', 'podMonitor.create=always')).toHaveLength(1);
  const [made] = await monitors(...there, '--set', 'podMonitor.labels.team=databases');
  expect(made?.metadata.labels).toMatchObject({ team: 'databases' });
  const [of] = (await rendered()).flatMap((object) => deployment.safeParse(object).data ?? []);
  expect(of?.spec.template.metadata.labels).toMatchObject(made?.spec.selector.matchLabels ?? {});
  const ports = of?.spec.template.spec.containers[0]?.ports.map(({ name }) => name);
  expect(made?.spec.podMetricsEndpoints).toEqual([{ port: ports?.[0], path: '/metrics', interval: '30s' }]);
});

describe('the operator’s rights', () => {
  it('never allow to execute anything in a pod', async () => {
    const rules = (await rolesOf('howdah')).flatMap((each) => each.rules);
    expect(rules.flatMap(({ resources }) => resources)).not.toContain('pods/exec');
    expect(rules.flatMap(({ verbs, resources }) => [...verbs, ...resources])).not.toContain('*');
  });

  it('delete nothing but members and their set, and what only Patroni is given', async () => {
    const rules = (await rolesOf('howdah')).flatMap((each) => each.rules);
    const deleting = rules.filter(({ verbs }) => verbs.some((verb) => verb.startsWith('delete')));
    expect(deleting.flatMap(({ resources }) => resources)).toEqual(['statefulsets', 'pods', 'endpoints']);
  });

  it('are those of one namespace, and the names of storage classes, where it watches one', async () => {
    const roles = await rolesOf('howdah', '--set', 'watchNamespace=orders');
    const everywhere = roles.filter(({ kind }) => kind === 'ClusterRole').flatMap(({ rules }) => rules);
    expect(everywhere.flatMap(({ resources }) => resources)).toEqual(['storageclasses']);
  });
});

describe('the rights of people', () => {
  it('let those who operate act and not edit, and nobody read a Secret', async () => {
    const roles = await rolesOf('howdah-crds');
    expect(roles.map(({ metadata }) => metadata.name)).toEqual([
      'howdah-view',
      'howdah-operate',
      'howdah-admin',
    ]);
    const operate = roles.find(({ metadata }) => metadata.name === 'howdah-operate')?.rules ?? [];
    const changing = operate.filter(({ verbs }) =>
      verbs.some((verb) => !['get', 'list', 'watch'].includes(verb)),
    );
    expect(changing.flatMap(({ resources }) => resources)).toEqual(['postgresactions', 'postgresbackups']);
    for (const { rules } of roles)
      expect(rules.flatMap(({ apiGroups }) => apiGroups)).toEqual(rules.map(() => 'howdah.dev'));
  });
});
