import { readFile } from 'node:fs/promises';
import type { ClusterPlan, Plan } from '@howdah/cli/plan/model';
import { needsRestart } from '@howdah/cli/plan/restart-parameters';
import { type Ended, runHowdah } from '@howdah/cli/testing/run-howdah';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { useOperator } from './operator/use-operator.ts';

const namespace = 'planned';
const operator = useOperator({ namespace });
const orders = () => operator().made('orders');

const example = (name: string): Promise<string> =>
  readFile(new URL(`../../../examples/${name}/cluster.yaml`, import.meta.url), 'utf8');
interface Manifest {
  readonly spec: object;
}
const minimal = async (): Promise<Manifest> => parse(await example('minimal')) as Manifest;
const edited = async (spec: object): Promise<string> => {
  const manifest = await minimal();
  return stringify({ ...manifest, spec: { ...manifest.spec, ...spec } });
};

const plan = (text: string, ...more: readonly string[]): Promise<Ended> =>
  runHowdah(
    ['plan', '-f', '-', '--namespace', namespace, ...more],
    { KUBECONFIG: operator().cluster.kubeconfig },
    text,
  );
const planned = async (text: string): Promise<ClusterPlan> => {
  const { stdout, stderr, code } = await plan(text, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [cluster] = (JSON.parse(stdout) as Plan).clusters;
  if (cluster === undefined) throw new Error('there is no cluster in the plan');
  return cluster;
};

const listed = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      metadata: z.object({ name: z.string(), uid: z.string(), resourceVersion: z.string() }),
    }),
  ),
});
const kinds = 'pgc,pga,pgb,sts,svc,cm,secret,sa,role,rolebinding,pdb,netpol,pvc';
const read = async (what: string) =>
  listed.parse(JSON.parse(await operator().kubectl(['get', what, '-o', 'json']))).items;
/** Into its pod Patroni writes by itself: of pods only that they are the same ones. */
const versions = async (): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries([
    ...(await read(kinds)).map(({ kind, metadata }) => [
      `${kind}/${metadata.name}`,
      metadata.resourceVersion,
    ]),
    ...(await read('pods')).map(({ kind, metadata }) => [`${kind}/${metadata.name}`, metadata.uid]),
  ]);

/** Runs it until nobody else wrote anything meanwhile, as a cluster that settles does. */
const changingNothing = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> =>
  waitFor(
    'a plan that leaves every object as it is',
    async () => {
      const before = await versions();
      const answer = await ask();
      return JSON.stringify(await versions()) === JSON.stringify(before) ? { answer } : undefined;
    },
    { deadlineMs: 90_000, everyMs: 2_000, signal: operator().signal, explain: operator().lastWords },
  ).then(({ answer }) => answer);

it('tells of a cluster that is not there yet what would be made, and makes nothing of it', async () => {
  const { code, stdout, stderr } = await changingNothing(async () => plan(await example('minimal')));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).toMatch(/^\+ {2}StatefulSet +orders$/m);
  expect(stdout).toContain('  3. orders-2 is made');
  expect(stdout).toContain('  app: app');
  const { objects } = await planned(await example('minimal'));
  expect(new Set(objects.map(({ what }) => what))).toEqual(new Set(['made']));
  const made = await operator().kubectl(['get', `${kinds},pods`, '-l', 'howdah.dev/cluster', '-o', 'name']);
  expect(made).toBe('');
});

it('tells of the same manifest that nothing changes, once it is applied', async () => {
  await operator().apply(await minimal());
  await orders().until('Ready', 'True');
  await orders().until('ConfigApplied', 'True');
  await orders().waitFor('both replicas to stream, by the status', async () => {
    const states = await operator().kubectl([
      ...['get', 'pgc', 'orders', '-o', 'jsonpath={.status.members[?(@.role=="replica")].state}'],
    ]);
    return states === 'streaming streaming' ? states : undefined;
  });
  const { code, stdout } = await changingNothing(async () => plan(await example('minimal')));
  expect(stdout).toMatch(/^orders in planned: nothing changes \(\d+ objects\)\.\n$/);
  expect(code).toBe(0);
});

it('tells of edits which fields would change, and what would be done to volumes and pods', async () => {
  const primary = (await orders().primary()).name;
  const text = await edited({
    postgres: { version: 17, parameters: { work_mem: '9MB' } },
    instances: 4,
    storage: { data: { size: '3Gi' } },
    resources: { postgres: { requests: { cpu: '100m', memory: '300Mi' } } },
  });
  const { objects, pods, volumes } = await changingNothing(() => planned(text));
  const of = (kind: string, name: string) => objects.find((each) => each.kind === kind && each.name === name);
  expect(of('PostgresCluster', 'orders')?.differences).toContainEqual({
    ...{ path: 'spec.instances', from: '3', to: '4' },
  });
  expect(of('ConfigMap', 'orders-postgres')).toMatchObject({
    ...{ what: 'changed', differences: [{ path: 'postgresql.conf: work_mem', to: '9MB' }] },
  });
  const set = of('StatefulSet', 'orders');
  expect(set?.what).toBe('replaced');
  expect(set?.differences).toContainEqual({ path: 'spec.replicas', from: '3', to: '4' });
  expect(set?.differences).toContainEqual({
    path: 'spec.template.spec.containers[postgres].resources.requests.memory',
    ...{ from: '256Mi', to: '300Mi' },
  });
  expect(volumes).toEqual(
    [0, 1, 2].map((ordinal) => ({ claim: `data-orders-${ordinal}`, from: '2Gi', to: '3Gi' })),
  );
  const replicas = ['orders-2', 'orders-1', 'orders-0'].filter((name) => name !== primary);
  expect(pods).toEqual([
    { member: 'orders-3', does: 'is made, as a replica' },
    ...replicas.map((member) => ({ member, does: 'gets a new pod' })),
    {
      member: primary,
      does: 'gets a new pod',
      waits: expect.stringContaining('PostgresAction of type restart'),
    },
  ]);
});

it('tells which parameters wait for a restart, as the server itself would', async () => {
  const text = await edited({ postgres: { version: 17, parameters: { max_connections: 150 } } });
  const { pods } = await planned(text);
  expect(pods.map(({ does }) => does)).toEqual(Array(3).fill('is restarted for max_connections'));
  expect(pods.at(-1)?.waits).toBe('parameters wait for a restart of the primary');
  const sql = "SELECT name, context FROM pg_settings WHERE name NOT LIKE 'pgaudit%'";
  const rows = await orders().query<{ name: string; context: string }>(await orders().primary(), sql);
  const wrong = rows.filter(({ name, context }) => needsRestart(name, 17) !== (context === 'postmaster'));
  expect(wrong).toEqual([]);
});

it.each<[string, object, RegExp]>([
  ['a value out of bounds', { instances: 0 }, /spec\.instances/],
  ['a misspelt key', { instnaces: 3 }, /instnaces/],
  ['a volume that shrinks', { storage: { data: { size: '1Gi' } } }, /a volume can grow, not shrink/],
  [
    'an unknown storage class',
    { storage: { data: { size: '2Gi', storageClassName: 'gold' } } },
    /storageClass|storage class/,
  ],
  [
    'a parameter of the operator’s',
    { postgres: { version: 17, parameters: { archive_mode: 'off' } } },
    /archive_mode/,
  ],
])('ends with 78 for %s, and says where', async (_what, spec, expected) => {
  const text = await edited(spec);
  const { code, stdout, stderr } = await changingNothing(() => plan(text));
  expect({ code, stderr }).toEqual({ code: 78, stderr: '' });
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(expected);
});

it('says which Secret is missing, unless the file brings it, and shows nothing of it', async () => {
  const whole = (await example('s3')).replaceAll('name: orders', 'name: sales');
  const [cluster = ''] = whole.split('\n---\n');
  const refused = await plan(cluster);
  expect(refused.code).toBe(78);
  expect(refused.stdout.replaceAll(/\s+/g, ' ')).toContain(
    `spec.backup.repositories[0].s3.credentialsSecret: there is no Secret s3 in ${namespace}; make it`,
  );
  const { code, stdout } = await changingNothing(() => plan(whole, '--json'));
  expect(code).toBe(0);
  expect(stdout).toContain('sales-agents');
  expect(stdout).not.toContain('change-me');
  expect(stdout).not.toContain(Buffer.from('change-me-secret').toString('base64').slice(0, 12));
});

it('says what to do where nobody tells the images', async () => {
  const { code, stderr } = await plan(await example('minimal'), '--operator-namespace', 'default');
  expect(code).toBe(1);
  expect(stderr).toContain('HOWDAH_CLI_IMAGES_UNKNOWN');
  expect(stderr).toContain('--agent-image');
});
