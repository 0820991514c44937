import { ensureImage } from '@howdah/testbed-images/build-image';
import { agentRecipe } from '@howdah/testbed-images/recipes';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { beforeAll, expect, it } from 'vitest';
import { useOperator } from './operator/use-operator.ts';
import { useWhole } from './operator/whole.ts';

const namespace = 'day-two';
const operator = useOperator({ namespace });
const { orders, example, applyWith, until, act, starts } = useWhole(operator);

const labels = async () => {
  const backups = await orders().kubectl([
    ...['exec', 'orders-0', '-c', 'postgres', '--', 'pgbackrest', '--stanza=main', '--output=json', 'info'],
  ]);
  return [...backups.matchAll(/"label":"([^"]+)"/g)].map(([, label]) => label);
};

/** Its pods are gone meanwhile. */
const withoutOperator = async (work: () => Promise<void>) => {
  const scale = (replicas: number) =>
    operator().kubectl(['scale', 'deployment/howdah-operator', `--replicas=${replicas}`]);
  await scale(0);
  try {
    const pods = ['pod', '-l', 'app.kubernetes.io/component=operator'];
    await operator().kubectl(['wait', '--for=delete', ...pods, '--timeout=60s']);
    await work();
  } finally {
    await scale(1);
  }
};

beforeAll(async () => {
  await operator().apply(example().secret);
  await operator().apply(example().cluster);
  await orders().until('Ready', 'True');
  await orders().until('BackupHealthy', 'True');
}, 300_000);

it('O06: gives running pods the agents of a new version, one after the other, and leaves PostgreSQL alone', async () => {
  const before = await starts();
  const tell = (line: string) => void process.stderr.write(`${line}\n`);
  const next = { ...agentRecipe(process.version.slice(1)), image: 'howdah/agent:next' };
  const { archive } = await ensureImage(currentWorkspace(), next, tell);
  await operator().cluster.loadImage(archive, operator().signal);
  await operator().upgrade({ images: { operator: { tag: 'dev' }, agent: { tag: 'next' } } });

  await until(
    'new agents in every pod',
    async () => {
      const pods = await orders().pods();
      return pods.every(({ containers }) => containers.howdah?.restartCount === 1) ? true : undefined;
    },
    180_000,
  );
  await orders().agentsReady(3);
  const images = await operator().kubectl([
    ...['get', 'pods', '-l', 'howdah.dev/cluster=orders'],
    ...['-o', 'jsonpath={range .items[*]}{.spec.initContainers[0].image} {end}'],
  ]);
  expect(images.trim().split(' ')).toEqual(Array(3).fill('docker.io/howdah/agent:next'));
  expect(await starts()).toEqual(before);
  await orders().until('Progressing', 'False');
}, 400_000);

it('makes a further member from the repository, and takes away two without the primary', async () => {
  const primary = await orders().primary();
  await applyWith({ instances: 4 });
  const streams: string[] = [];
  await until(
    'a fourth member',
    async () => {
      const rows = await orders().query<{ pid: string }>(
        primary,
        'SELECT pid::text FROM pg_stat_progress_basebackup',
      );
      streams.push(...rows.map(({ pid }) => pid));
      const { Ready } = await orders().conditions();
      return Ready?.message.startsWith('4 of 4') ? true : undefined;
    },
    180_000,
  );
  expect(streams).toEqual([]);
  expect(await orders().kubectl(['logs', 'orders-3', '-c', 'postgres'])).toContain(
    'replica has been created using pgbackrest',
  );

  await act('to-the-last', { type: 'switchover', candidate: 'orders-3' });
  await orders().until('Ready', 'True');
  await applyWith({ instances: 2 });
  await until(
    'two members',
    async () => {
      const { Ready } = await orders().conditions();
      return Ready?.message.startsWith('2 of 2') && (await orders().pods()).length === 2 ? true : undefined;
    },
    180_000,
  );
  expect(['orders-0', 'orders-1']).toContain((await orders().primary()).name);
}, 500_000);

it('lets volumes grow, those of members to come as well, without a new pod', async () => {
  const before = await starts();
  await applyWith({ instances: 2, storage: { data: { size: '3Gi' }, logs: { size: '1Gi' } } });
  await until('grown volumes', async () => {
    const sizes = await operator().kubectl([
      ...['get', 'pvc', 'data-orders-0', 'data-orders-1'],
      ...['-o', 'jsonpath={range .items[*]}{.status.capacity.storage} {end}'],
    ]);
    return sizes.trim() === '3Gi 3Gi' ? true : undefined;
  });
  await until('a StatefulSet with the new size', async () => {
    const template = ['-o', 'jsonpath={.spec.volumeClaimTemplates[0].spec.resources.requests.storage}'];
    return (await operator().kubectl(['get', 'sts', 'orders', ...template])) === '3Gi' ? true : undefined;
  });
  expect(await starts()).toEqual(before);
  const refused = await applyWith({ storage: { data: { size: '1Gi' }, logs: { size: '1Gi' } } }).catch(
    String,
  );
  expect(refused).toContain('a volume can grow, not shrink');
});

it('is not needed for a backup that falls due', async () => {
  const schedules = [{ id: 'each-minute', type: 'incr', cron: '* * * * *' }];
  const { backup } = example().cluster.spec;
  await applyWith({
    instances: 2,
    storage: { data: { size: '3Gi' }, logs: { size: '1Gi' } },
    backup: { ...backup, schedules },
  });
  await orders().until('ConfigApplied', 'True');
  await withoutOperator(async () => {
    const before = await labels();
    await until(
      'a backup without an operator',
      async () => ((await labels()).length > before.length ? true : undefined),
      150_000,
    );
  });
}, 300_000);

it('is not needed for a key of the store that is rotated, and PostgreSQL is not restarted for it', async () => {
  const { secret } = example();
  const before = await starts();
  const known = (key: string) =>
    until(
      `every member to know the key ${key}`,
      async () => {
        const pods = await orders().pods();
        const files = pods.map(({ name }) =>
          orders().exec(name, 'postgres', ['cat', '/etc/pgbackrest/conf.d/secrets.conf']),
        );
        const line = `repo1-s3-key=${key}`;
        return (await Promise.all(files)).every((text) => text.split('\n').includes(line)) ? true : undefined;
      },
      180_000,
    );
  await withoutOperator(async () => {
    await operator().apply({
      ...secret,
      stringData: { ...secret.stringData, 'access-key-id': 'rotated' },
    });
    await known('rotated');
    await operator().apply(secret);
    await known(secret.stringData['access-key-id']);
  });
  expect(await starts()).toEqual(before);
}, 500_000);

it('leaves the data of a cluster that is deleted, and one of the same name finds it again', async () => {
  await orders().query(await orders().primary(), 'CREATE TABLE kept AS SELECT 42 AS answer');
  await operator().kubectl(['delete', 'pgc', 'orders', '--wait', '--timeout=60s']);
  await until(
    'the pods to be gone',
    async () => ((await orders().pods()).length === 0 ? true : undefined),
    150_000,
  );
  await applyWith({ instances: 2, storage: { data: { size: '3Gi' }, logs: { size: '1Gi' } } });
  await orders().until('Ready', 'True', 180_000);
  const rows = await orders().query<{ answer: number }>(await orders().primary(), 'SELECT answer FROM kept');
  expect(rows).toEqual([{ answer: 42 }]);
}, 500_000);

it('lets those who operate act, and neither edit a cluster nor read its Secrets', async () => {
  await operator().kubectl([
    'create',
    'rolebinding',
    'on-call',
    '--clusterrole=howdah-operate',
    '--user=on-call',
  ]);
  const may = async (verb: string, what: string) =>
    (
      await operator()
        .kubectl(['auth', 'can-i', verb, what, '--as=on-call'])
        .catch(() => 'no')
    ).trim();
  expect(await may('create', 'postgresactions.howdah.dev')).toBe('yes');
  expect(await may('create', 'postgresbackups.howdah.dev')).toBe('yes');
  expect(await may('get', 'postgresclusters.howdah.dev')).toBe('yes');
  expect(await may('patch', 'postgresclusters.howdah.dev')).toBe('no');
  expect(await may('get', 'secrets')).toBe('no');
});
