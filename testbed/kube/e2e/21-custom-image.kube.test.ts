import { readFile } from 'node:fs/promises';
import { ensureImage } from '@howdah/testbed-images/build-image';
import { defaultMajor, postgresRecipe } from '@howdah/testbed-images/recipes';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { minimalExample } from './operator/minimal-example.ts';
import { useOperator } from './operator/use-operator.ts';

const operator = useOperator({ namespace: 'custom-image' });
const orders = () => operator().made('orders');

const base = postgresRecipe(defaultMajor);
/** examples/custom-image, built as its README says. */
const custom = {
  ...base,
  image: 'howdah/postgres-pgvector:dev',
  dockerfile: 'examples/custom-image/Dockerfile',
  args: { BASE: `docker.io/${base.image}` },
  sources: ['examples/custom-image/Dockerfile', ...base.sources],
};
const manifest = z.looseObject({ spec: z.looseObject({ postgres: z.looseObject({ image: z.string() }) }) });

beforeAll(async () => {
  const tell = (line: string) => void process.stderr.write(`${line}\n`);
  const { archive } = await ensureImage(currentWorkspace(), custom, tell);
  await operator().cluster.loadImage(archive, operator().signal);
  await operator().apply(await minimalExample());
  await orders().until('Ready', 'True');
}, 900_000);

const uids = async (): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries((await orders().pods()).map(({ name, uid }) => [name, uid]));

it('rolls a running cluster to an image of one’s own, replicas first, and keeps the data', async () => {
  const primary = await orders().primary();
  const before = await uids();
  await orders().query(primary, 'CREATE TABLE kept AS SELECT 42 AS answer');
  const example = manifest.parse(
    parse(await readFile(new URL('../../../examples/custom-image/cluster.yaml', import.meta.url), 'utf8')),
  );
  example.spec.postgres.image = custom.image;
  await operator().apply(example);

  const { message } = await orders().until('RestartPending', 'True', 180_000);
  expect(message).toContain(`${primary.name}: the primary moves on request`);
  const rolled = await uids();
  for (const [name, uid] of Object.entries(before))
    if (name === primary.name) expect(rolled[name]).toBe(uid);
    else expect(rolled[name]).not.toBe(uid);

  await operator().apply({
    ...{ apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresAction', metadata: { name: 'new-image' } },
    spec: { cluster: 'orders', type: 'restart' },
  });
  await orders().waitFor(
    'a new pod of what was primary',
    async () => ![undefined, before[primary.name]].includes((await uids())[primary.name]),
  );
  // The last thing that it does is to restart those that had new pods before it was asked.
  await orders().waitFor(
    'the action to be done',
    async () =>
      (await operator().kubectl(['get', 'pga', 'new-image', '-o', 'jsonpath={.status.phase}'])) === 'Done',
    120_000,
  );
  await orders().until('RestartPending', 'False');
  await orders().until('Ready', 'True');
  const now = await orders().primary();
  expect(await orders().query(now, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
}, 300_000);

it('then has its extension, on the replicas as well', async () => {
  await orders().query(
    await orders().primary(),
    `CREATE EXTENSION vector; CREATE TABLE placed AS SELECT '[1,2,3]'::vector AS place`,
  );
  for (const pod of await orders().pods())
    await orders().waitFor(`the distance as ${pod.name} measures it`, async () => {
      const sql = `SELECT place <-> '[1,2,5]' AS far FROM placed`;
      const [row] = await orders().query<{ far: number }>(pod, sql);
      return row?.far === 2;
    });
}, 120_000);
