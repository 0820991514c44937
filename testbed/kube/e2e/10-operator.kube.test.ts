import { readFile } from 'node:fs/promises';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { useOperator } from './operator/use-operator.ts';

const operator = useOperator({ namespace: 'made', values: { replicas: 2 } });
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

const secretOf = async (key: string) =>
  Buffer.from(
    await operator().kubectl(['get', 'secret', 'orders-user-app', '-o', `jsonpath={.data.${key}}`]),
    'base64',
  ).toString();

/** Waits until the application gets in by what its Secret says, and runs a statement. */
const asApplication = async (sql: string, deadlineMs: number) => {
  const primary = await orders().primary();
  return waitFor(
    'the application to be let in',
    async () => {
      const client = new Client({
        ...{ host: primary.address, user: await secretOf('user'), password: await secretOf('password') },
        database: await secretOf('dbname'),
      });
      await client.connect();
      try {
        return await client.query(sql);
      } finally {
        await client.end();
      }
    },
    { deadlineMs, everyMs: 250, signal: operator().signal, explain: orders().lastWords },
  );
};

it('gives the application a role, a database, and a Secret by which it finds them', async () => {
  await asApplication('CREATE TABLE orders (id int)', 30_000);
  expect(await secretOf('uri')).toMatch(/^postgresql:\/\/app:[\w-]+@orders\.made\.svc:5432\/app$/);
});

it('takes a password that somebody changes in that Secret within five seconds, also in its addresses', async () => {
  const password = Buffer.from('another password').toString('base64');
  const patch = JSON.stringify({ data: { password } });
  await operator().kubectl(['patch', 'secret', 'orders-user-app', '--type=merge', '-p', patch]);
  await asApplication('INSERT INTO orders VALUES (1)', 5_000);
  expect(await secretOf('password')).toBe('another password');
  expect(await secretOf('uri')).toContain('app:another%20password@');
});

it('is led by one of two operators, and the other one goes on when that one is killed', async () => {
  const holder = () =>
    operator().kubectl(['get', 'lease', 'howdah-operator', '-o', 'jsonpath={.spec.holderIdentity}']);
  const before = await holder();
  await operator().kubectl(['delete', 'pod', before, '--grace-period=0', '--force']);
  await orders().waitFor('another one to lead', async () =>
    ['', before].includes(await holder()) ? undefined : true,
  );
  const patch = JSON.stringify({ spec: { postgres: { parameters: { work_mem: '13MB' } } } });
  await operator().kubectl(['patch', 'pgc', 'orders', '--type=merge', '-p', patch]);
  await orders().until('ConfigApplied', 'True');
  const [row] = await orders().query<{ work_mem: string }>(await orders().primary(), 'SHOW work_mem');
  expect(row?.work_mem).toBe('13MB');
});
