import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureImage } from '@howdah/testbed-images/build-image';
import { postgresRecipe } from '@howdah/testbed-images/recipes';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { beforeAll, expect, it } from 'vitest';
import { minimalExample } from './operator/minimal-example.ts';
import { useOperator } from './operator/use-operator.ts';

const images = { operator: { tag: 'dev' }, agent: { tag: 'dev' }, pullPolicy: 'Never' };
const operator = useOperator({ namespace: 'cannot-be', values: { images } });
const orders = () => operator().made('orders');
const instances = 2;
const ofVersion17 = (image?: string) => ({ version: 17, ...(image === undefined ? {} : { image }) });
const another = postgresRecipe(15);

beforeAll(async () => {
  const tell = (line: string) => void process.stderr.write(`${line}\n`);
  const { archive } = await ensureImage(currentWorkspace(), another, tell);
  await operator().cluster.loadImage(archive, operator().signal);
}, 900_000);

const refusedWith = (words: RegExp) =>
  orders().waitFor(
    `Ready to say ${words}`,
    async () => {
      const { Ready } = await orders().conditions();
      return Ready?.status === 'False' && words.test(Ready.message) ? Ready : undefined;
    },
    90_000,
  );
const warnings = () => operator().kubectl(['events', '--for', 'pgc/orders', '--types=Warning']);

it('O05: with a storage class that is not there nothing is made, and it is said which there are', async () => {
  const storage = { data: { size: '2Gi', storageClassName: 'golden' } };
  await operator().apply(await minimalExample({ instances: 1, storage }));
  const words = /spec\.storage\.data\.storageClassName: there is no storage class golden; there are: \w/;
  await refusedWith(words);
  expect(await warnings()).toMatch(words);
  const made = ['get', 'sts,cm,svc,pvc,secret', '-l', 'howdah.dev/cluster=orders', '-o', 'name'];
  expect(await operator().kubectl(made)).toBe('');
  await operator().kubectl(['delete', 'pgc', 'orders', '--wait']);
}, 120_000);

it('O05: of an image of another major version no data is made, and the right one goes on from there', async () => {
  await operator().apply(await minimalExample({ instances, postgres: ofVersion17(another.image) }));
  const words = /another major version than the cluster; name one of the same/;
  await refusedWith(words);
  expect(await warnings()).toMatch(words);
  const claim = ['get', 'pvc', 'data-orders-0', '-o', 'jsonpath={.spec.volumeName}'];
  const volume = await operator().kubectl(claim);
  const path = await operator().kubectl(['get', 'pv', volume, '-o', 'jsonpath={.spec.local.path}']);
  expect(existsSync(path)).toBe(true);
  expect(existsSync(join(path, 'pgdata'))).toBe(false);

  await operator().apply(await minimalExample({ instances, postgres: ofVersion17() }));
  await orders().until('Ready', 'True');
}, 240_000);

it.each([
  ['that is not there', 'howdah/postgres:none', /ErrImageNeverPull.*name an image that the nodes have/],
  ['of another major version', another.image, /another major version than the cluster/],
])(
  'O05: an image %s stops a roll at its first replica; everybody else works on, and the right one mends it',
  async (_what, image, words) => {
    const primary = await orders().primary();
    await orders().query(primary, 'CREATE TABLE IF NOT EXISTS kept (n int)');
    await operator().apply(
      await minimalExample({ instances, postgres: ofVersion17(image), updates: { pods: 'automatic' } }),
    );
    await refusedWith(words);
    expect(await warnings()).toMatch(words);
    expect((await orders().primary()).uid).toBe(primary.uid);
    await orders().query(primary, 'INSERT INTO kept VALUES (1)');

    await operator().apply(
      await minimalExample({ instances, postgres: ofVersion17(), updates: { pods: 'automatic' } }),
    );
    await orders().until('Ready', 'True');
    await orders().until('Progressing', 'False');
    expect((await orders().primary()).uid).toBe(primary.uid);
  },
  240_000,
);
