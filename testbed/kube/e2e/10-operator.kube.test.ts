import { readFile } from 'node:fs/promises';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { useOperator } from './operator/use-operator.ts';

const operator = useOperator({ namespace: 'made' });
const orders = () => operator().made('orders');
const minimal = async (): Promise<object> =>
  parse(await readFile(new URL('../../../examples/minimal/cluster.yaml', import.meta.url), 'utf8')) as object;

it('makes three members with their agents of examples/minimal, and says so', async () => {
  const applied = performance.now();
  await operator().apply(await minimal());
  const ready = await orders().until('Ready', 'True');
  process.stdout.write(`ready after ${((performance.now() - applied) / 1_000).toFixed(1)} s\n`);
  expect(ready.message).toMatch(/^3 of 3 members are ready; orders-\d is primary\.$/);
  await orders().agentsReady(3);
  const { BackupHealthy } = await orders().conditions();
  expect(BackupHealthy).toMatchObject({ status: 'False', reason: 'NoRepository' });
});

it('gives the application a role, a database, and a Secret by which it finds them', async () => {
  const read = async (key: string) =>
    Buffer.from(
      await operator().kubectl(['get', 'secret', 'orders-user-app', '-o', `jsonpath={.data.${key}}`]),
      'base64',
    ).toString();
  const primary = await orders().primary();
  await waitFor(
    'the application to be let in',
    async () => {
      const client = new Client({
        ...{ host: primary.address, user: await read('user'), password: await read('password') },
        database: await read('dbname'),
      });
      await client.connect();
      try {
        await client.query('CREATE TABLE IF NOT EXISTS orders (id int)');
        return true;
      } finally {
        await client.end();
      }
    },
    { deadlineMs: 30_000, everyMs: 500, signal: operator().signal, explain: orders().lastWords },
  );
  expect(await read('uri')).toMatch(/^postgresql:\/\/app:[\w-]+@orders\.made\.svc:5432\/app$/);
});
