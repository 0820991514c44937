import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schema as auditUpload } from '@howdah/audit-upload/config';
import { alerts } from '@howdah/backup/alerts';
import { schema as backup } from '@howdah/backup/config';
import { schema as configReload } from '@howdah/config-reload/config';
import { schema as exporter } from '@howdah/exporter/config';
import { schema as logship } from '@howdah/logship/config';
import { checkRules } from '@howdah/testing/promtool';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { alertsIn, chart, client, example, faultsIn, objectsOf, render } from './testing/chart.ts';

const container = z.looseObject({
  name: z.string(),
  restartPolicy: z.string().optional(),
  args: z.array(z.string()).optional(),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.int() })).default([]),
  readinessProbe: z.unknown().optional(),
  startupProbe: z.unknown().optional(),
  lifecycle: z.unknown().optional(),
  terminationMessagePolicy: z.string().optional(),
  resources: z.looseObject({ requests: z.unknown().optional(), limits: z.unknown().optional() }).optional(),
  securityContext: z.looseObject({}).optional(),
  volumeMounts: z
    .array(z.looseObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() }))
    .default([]),
});
const statefulSet = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        terminationGracePeriodSeconds: z.int(),
        initContainers: z.array(container).default([]),
        containers: z.array(container),
        volumes: z.array(z.looseObject({ name: z.string() })),
      }),
    }),
  }),
});

const forms = [
  { layout: 'suite', nativeSidecar: true },
  { layout: 'suite', nativeSidecar: false },
  { layout: 'separate', nativeSidecar: true },
  { layout: 'separate', nativeSidecar: false },
] as const;

/** The pod of the example's StatefulSet with the patch of these values, as kubectl merges it. */
const patchedPod = async (values: object) => {
  const directory = await mkdtemp(join(tmpdir(), 'howdah-patch-'));
  try {
    const patch = join(directory, 'patch.yaml');
    await writeFile(patch, await render({ output: 'patch', ...values }));
    const patched = await client('kubectl', [
      ...['patch', '--local', '-f', example('base/statefulset.yaml'), '--patch-file', patch, '-o', 'yaml'],
    ]);
    return statefulSet.parse(parse(patched)).spec.template.spec;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const agentsOf = (pod: Awaited<ReturnType<typeof patchedPod>>) =>
  [...pod.initContainers, ...pod.containers].filter(({ name }) => name.startsWith('howdah'));

describe('the patch, merged into a StatefulSet', () => {
  it.each(forms)('adds $layout, native sidecar: $nativeSidecar, and takes nothing away', async (form) => {
    const pod = await patchedPod(form);
    const agents = agentsOf(pod);
    expect(agents).toHaveLength(form.layout === 'suite' ? 1 : 5);
    expect(pod.initContainers.map(({ restartPolicy }) => restartPolicy)).toEqual(
      form.nativeSidecar ? agents.map(() => 'Always') : [],
    );
    const before = statefulSet.parse(parse(await readFile(example('base/statefulset.yaml'), 'utf8')));
    const [postgres] = before.spec.template.spec.containers;
    const after = pod.containers.find(({ name }) => name === 'postgres');
    expect(after).toMatchObject({
      ...postgres,
      volumeMounts: expect.arrayContaining(postgres?.volumeMounts ?? []),
    });
    expect(pod.volumes).toEqual(expect.arrayContaining(before.spec.template.spec.volumes));
    // Patroni's sixty seconds, and thirty more; the agents know.
    expect(pod.terminationGracePeriodSeconds).toBe(90);
    for (const { env } of agents) expect(env).toContainEqual({ name: 'HOWDAH_GRACE_SECONDS', value: '90' });
  });

  it.each(forms)('mounts only volumes that are there: $layout, $nativeSidecar', async (form) => {
    const pod = await patchedPod(form);
    const claims = ['data', 'log'];
    const there = new Set([...pod.volumes.map(({ name }) => name), ...claims]);
    for (const { volumeMounts } of [...pod.initContainers, ...pod.containers]) {
      expect(volumeMounts.filter(({ name }) => !there.has(name))).toEqual([]);
      const paths = volumeMounts.map(({ mountPath }) => mountPath);
      expect(new Set(paths).size).toBe(paths.length);
    }
  });

  it.each(forms)('keeps the agents small and harmless: $layout, $nativeSidecar', async (form) => {
    for (const agent of agentsOf(await patchedPod(form))) {
      expect(agent.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(agent.resources?.requests).toBeDefined();
      expect(agent.resources?.limits).toBeDefined();
      expect(agent.terminationMessagePolicy).toBe('FallbackToLogsOnError');
      // Neither keeps PostgreSQL from starting, from serving, nor from stopping.
      expect([agent.readinessProbe, agent.startupProbe, agent.lifecycle]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      const mount = (path: string) => agent.volumeMounts.find(({ mountPath }) => mountPath === path);
      expect(mount('/var/lib/postgresql/data')?.readOnly).toBe(true);
      expect(mount('/var/run/secrets/kubernetes.io/serviceaccount')?.name).toBe('howdah-no-token');
    }
  });

  it('gives a separate agent no more than it needs', async () => {
    const agents = agentsOf(await patchedPod({ layout: 'separate' }));
    const paths = Object.fromEntries(
      agents.map(({ name, volumeMounts }) => [name, volumeMounts.map(({ mountPath }) => mountPath)]),
    );
    const has = (path: string) =>
      agents.map(({ name }) => name).filter((name) => paths[name]?.includes(path));
    expect(has('/etc/howdah/secrets/patroni')).toEqual(['howdah-config-reload']);
    expect(has('/etc/howdah/secrets/audit-store')).toEqual(['howdah-audit-upload']);
    expect(has('/etc/pgbackrest')).toEqual(['howdah-backup']);
    expect(has('/var/log/postgresql')).toEqual(['howdah-logship', 'howdah-audit-upload']);
    expect(has('/var/run/postgresql')).toEqual(['howdah-config-reload', 'howdah-exporter', 'howdah-backup']);
    expect(agents.map(({ ports }) => ports[0]?.containerPort)).toEqual([9191, 9187, 9188, 9189, 9190]);
  });

  it('waits for no ConfigMap and no Secret', async () => {
    const { volumes } = await patchedPod({});
    const ours = volumes.filter(({ name }) => name.startsWith('howdah'));
    const mustBe = ours.filter((volume) => 'configMap' in volume || 'secret' in volume) as readonly Record<
      string,
      { readonly optional?: boolean }
    >[];
    expect(mustBe.length).toBeGreaterThan(3);
    for (const { configMap, secret } of mustBe) expect((configMap ?? secret)?.optional).toBe(true);
  });

  it('is the same after any change of the agents’ files', async () => {
    const one = await render({ output: 'patch' });
    const other = await render({
      output: 'patch',
      agents: { exporter: { intervalSeconds: 7 }, logship: null },
      postgresFiles: { 'postgresql.conf': 'work_mem = 1GB' },
    });
    expect(other).toBe(one);
  });
});

describe('the chart', () => {
  const schemas = {
    'audit-upload.yaml': auditUpload,
    'backup.yaml': backup,
    'config-reload.yaml': configReload,
    'exporter.yaml': exporter,
    'logship.yaml': logship,
  };

  it('writes files that the agents take', async () => {
    const config = objectsOf(await render({ output: 'resources' })).find(
      ({ metadata }) => metadata.name === 'patroni-howdah-config',
    );
    const files = z.record(z.string(), z.string()).parse(config?.data);
    expect(Object.keys(files).toSorted()).toEqual(Object.keys(schemas));
    for (const [name, schema] of Object.entries(schemas)) {
      expect(schema.safeParse(parse(files[name] ?? '')).error?.issues).toBeUndefined();
    }
  });

  it.each([
    ['an agent’s key out of bounds', { agents: { exporter: { intervalSeconds: 0 } } }, /intervalSeconds/],
    ['an unknown key', { agents: { exporter: { intervall: 5 } } }, /intervall/],
    ['an unknown agent', { agents: { telepathy: {} } }, /telepathy/],
    ['no name', { statefulSet: { name: '' } }, /name/],
  ])('refuses %s before anything is applied', async (_, values, words) => {
    await expect(render(values)).rejects.toThrow(words);
  });

  it('passes helm lint', async () => {
    const words = await client('helm', [
      'lint',
      '--strict',
      chart,
      '--values',
      example('agents/values.yaml'),
    ]);
    expect(words).toContain('0 chart(s) failed');
  });

  it.each(forms)('renders what Kubernetes takes: $layout, $nativeSidecar', async (form) => {
    expect(await faultsIn(await render({ output: 'resources', ...form }))).toBe('');
  });

  it('makes a PodMonitor where the cluster has that kind, for every port', async () => {
    const kinds = async (more: readonly string[], values: object = {}) =>
      objectsOf(await render(values, more)).map(({ kind }) => kind);
    expect(await kinds([])).not.toContain('PodMonitor');
    const there = ['--api-versions', 'monitoring.coreos.com/v1/PodMonitor'];
    expect(await kinds(there)).toContain('PodMonitor');
    expect(await kinds(there, { podMonitor: { create: 'never' } })).not.toContain('PodMonitor');
    const monitor = objectsOf(await render({ layout: 'separate' }, there)).find(
      ({ kind }) => kind === 'PodMonitor',
    );
    expect(monitor?.spec).toMatchObject({
      podMetricsEndpoints: [
        { port: 'howdah-config' },
        { port: 'howdah-exporter' },
        { port: 'howdah-backup' },
        { port: 'howdah-logship' },
        { port: 'howdah-audit' },
      ],
    });
  });

  it('makes alerts of its own pods alone where it is asked to, with the limits that were set', async () => {
    const there = ['--namespace', 'shop', '--api-versions', 'monitoring.coreos.com/v1/PrometheusRule'];
    expect(alertsIn(await render({}, there))).toEqual([]);
    const prometheusRule = {
      create: 'auto',
      runbooks: 'https://docs.example.org/runbooks',
      limits: { walAtRiskMaxBytes: 2_147_483_648, repoMinFreeRatio: 0.25 },
    };
    expect(alertsIn(await render({ prometheusRule }))).toEqual([]);
    const rules = alertsIn(await render({ prometheusRule }, there));
    expect(rules).toHaveLength(alerts.length);
    await checkRules(JSON.stringify({ groups: [{ name: 'all', rules }] }));
    for (const { alert, expr, annotations } of rules) {
      const selectors = [...expr.matchAll(/\b(howdah|pg)_\w+(\{[^}]*\})?/g)].map(
        ([, , matchers = '']) => matchers,
      );
      expect(selectors.filter((matchers) => !matchers.includes('job="shop/patroni-howdah"'))).toEqual([]);
      expect(annotations.runbook_url).toBe(`https://docs.example.org/runbooks/${alert}.md`);
    }
    const of = (name: string) => rules.find(({ alert }) => alert === name)?.expr;
    expect(of('HowdahBackupArchiveLag')).toMatch(/> 2\.147483648e\+09\n/);
    expect(of('HowdahBackupRepositoryFilling')).toContain('< 0.25\n');
    expect(of('HowdahBackupFullTooOld')).toMatch(/> 691200$/);
    const limits = { fullMaxAge: 5 };
    await expect(render({ prometheusRule: { ...prometheusRule, limits } })).rejects.toThrow(/fullMaxAge/);
  });

  it('keeps the patch and the SQL of the roles in a ConfigMap, for kubectl', async () => {
    const objects = objectsOf(await render());
    const kept = objects.find(({ metadata }) => metadata.name === 'patroni-howdah-patch');
    const data = z.object({ 'patch.yaml': z.string(), 'roles.sql': z.string() }).parse(kept?.data);
    expect(objectsOf(data['patch.yaml'])).toEqual(objectsOf(await render({ output: 'patch' })));
    expect(data['roles.sql']).toContain('howdah_monitor');
  });
});

describe('examples/existing-patroni', () => {
  it('is what Kubernetes takes', async () => {
    expect(await faultsIn(await client('kubectl', ['kustomize', example('.')]))).toBe('');
  });

  it.each(['resources', 'patch'])('%s.yaml is what the chart makes of its values', async (output) => {
    expect(await readFile(example(`agents/${output}.yaml`), 'utf8')).toBe(await render({ output }));
  });

  it('gets by kustomize what kubectl’s patch gives', async () => {
    const kustomized = objectsOf(await client('kubectl', ['kustomize', example('.')]));
    const found = kustomized.find(({ kind }) => kind === 'StatefulSet');
    const pod = statefulSet.parse(found).spec.template.spec;
    const patched = await patchedPod({});
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
    const byPath = (a: { mountPath: string }, b: { mountPath: string }) =>
      a.mountPath.localeCompare(b.mountPath);
    const sorted = (spec: typeof pod) => ({
      ...spec,
      volumes: spec.volumes.toSorted(byName),
      containers: spec.containers.map((one) => ({ ...one, volumeMounts: one.volumeMounts.toSorted(byPath) })),
    });
    expect(sorted(pod)).toEqual(sorted(patched));
  });
});
