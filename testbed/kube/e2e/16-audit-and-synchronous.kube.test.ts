import { getJson } from '@howdah/testbed-tools/http';
import { beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { useOperator } from './operator/use-operator.ts';
import { useWhole } from './operator/whole.ts';
import { expectAuditWhole } from './oracles/expect-audit-whole.ts';
import type { Pod } from './patroni/pods.ts';

const namespace = 'audited';
const operator = useOperator({ namespace });
const { orders, example, applyWith, until, act, starts } = useWhole(operator);
const instances = 2;
/** Segments wait five minutes by default; a test does not. */
const audit = { enabled: true, segment: { maxAgeSeconds: 2 } };

beforeAll(async () => {
  await operator().apply(example().secret);
  await applyWith({ instances });
  await orders().until('Ready', 'True');
}, 200_000);

const uids = async () => (await orders().pods()).map(({ uid }) => uid);

it('audits at one word of the spec: told as pending restart, and on the primary only once it is asked for', async () => {
  const primary = await orders().primary();
  const replica = (await orders().pods()).find(({ name }) => name !== primary.name);
  const [pods, before] = [await uids(), await starts()];
  await applyWith({ instances, audit: { enabled: true } });
  const { message } = await until(
    'the primary alone to wait',
    async () => {
      const { RestartPending } = await orders().conditions();
      const told = RestartPending?.message ?? '';
      return told.includes(`${primary.name}: shared_preload_libraries`) &&
        !told.includes(`${replica?.name}: shared`)
        ? RestartPending
        : undefined;
    },
    120_000,
  );
  expect(message).toMatch(
    /shared_preload_libraries is pg_stat_statements, and pgaudit,pg_stat_statements after a restart/,
  );
  expect((await starts())[primary.name]).toBe(before[primary.name]);

  await act('restart', { type: 'restart' });
  await orders().until('RestartPending', 'False');
  await until('the extension', async () => {
    const found = `SELECT FROM pg_extension WHERE extname = 'pgaudit'`;
    return (await orders().query(await orders().primary(), found)).length > 0 ? true : undefined;
  });
  expect(await uids()).toEqual(pods);
}, 240_000);

it('then has every audited statement in the store of the backups, in a chain that verifies', async () => {
  await applyWith({ instances, audit });
  await orders().until('ConfigApplied', 'True');
  const primary = await orders().primary();
  await orders().query(primary, 'CREATE TABLE audited (mark int)');
  const { buckets } = await operator().cluster.store('s3', operator().signal);
  const place = { bucket: buckets.backup, prefix: `audit/${namespace}/orders` };
  const records = await expectAuditWhole(orders(), primary, undefined, place);
  expect(records.map(({ audit }) => audit?.statement)).toContain('CREATE TABLE audited (mark int)');
}, 120_000);

const members = z.object({
  members: z.array(z.object({ name: z.string(), role: z.string(), state: z.string() })),
});

it('replicates synchronously and asynchronously again as the spec says, without a restart', async () => {
  const before = await starts();
  const primary = await orders().primary();
  const replica = (await orders().pods()).find(({ name }) => name !== primary.name);
  const shows = async (names: string, role: string) => {
    const sql = 'SHOW synchronous_standby_names';
    const [row] = await orders().query<{ synchronous_standby_names: string }>(primary, sql);
    const asked = await getJson(`http://${primary.address}:8008/cluster`, AbortSignal.timeout(5_000));
    const seen = members.parse(asked).members.find(({ name }) => name === replica?.name);
    return row?.synchronous_standby_names === names && seen?.role === role ? true : undefined;
  };
  await applyWith({ instances, audit, replication: { mode: 'synchronous' } });
  await until('a synchronous replica', () => shows(`"${replica?.name}"`, 'sync_standby'));
  await applyWith({ instances, audit });
  await until('an asynchronous one', () => shows('', 'replica'));
  expect(await starts()).toEqual(before);
}, 120_000);

it('ships records to a file that the spec names, instead of to its log', async () => {
  const shipped = 'shipped.jsonl';
  const logs = { sinks: [{ id: 'file', file: { path: `/var/lib/howdah/${shipped}` } }] };
  // Without the audit a library would wait to be taken away, and not all would be in force.
  await applyWith({ instances, logs, audit });
  await orders().until('ConfigApplied', 'True');
  const primary = await orders().primary();
  await expect(orders().query(primary, "SELECT 'to-a-file'::int")).rejects.toThrow('to-a-file');
  // What the agents write lies on the volume that PostgreSQL has its data on.
  const read = ['cat', `/var/lib/postgresql/data/howdah/${shipped}`];
  const record = await until('the record in the file', async () =>
    (await orders().exec(primary.name, 'postgres', read))
      .split('\n')
      .find((line) => line.includes('to-a-file')),
  );
  expect(JSON.parse(record)).toBeTypeOf('object');
  const told = await orders().kubectl(['logs', primary.name, '-c', 'howdah']);
  expect(told).not.toContain('to-a-file');
}, 120_000);

const applySecret = (name: string, cluster: string, more: object) =>
  operator().apply({
    ...{ apiVersion: 'v1', kind: 'Secret', stringData: { password: 'kept' }, ...more },
    metadata: { name, labels: { 'howdah.dev/cluster': cluster } },
  });
const refusedFor = (words: RegExp) =>
  until(`Ready to say ${words}`, async () => {
    const { Ready } = await orders().conditions();
    return Ready?.reason === 'Refused' && words.test(Ready.message);
  });
const withUser = (secretName: string) =>
  applyWith({
    instances,
    audit,
    users: [
      { name: 'reader', secretName },
      { name: 'app', databases: ['app'] },
    ],
  });

it('refuses a user whose Secret is another cluster’s, and leaves that Secret as it is', async () => {
  await applySecret('bills-superuser', 'bills', {});
  const read = () => operator().kubectl(['get', 'secret', 'bills-superuser', '-o', 'json']);
  const before = await read();
  await withUser('bills-superuser');
  await refusedFor(/spec\.users\[0\]: the Secret bills-superuser belongs to the cluster bills/);
  expect(await read()).toBe(before);
}, 90_000);

it('says what to do with a user’s Secret of another type, and takes the password of a right one', async () => {
  const basic = { type: 'kubernetes.io/basic-auth', stringData: { username: 'reader', password: 'kept' } };
  await applySecret('reader', 'orders', basic);
  await withUser('reader');
  await refusedFor(/spec\.users\[0\]: the Secret reader is of type kubernetes\.io\/basic-auth/);

  await operator().kubectl(['delete', 'secret', 'reader']);
  await applySecret('reader', 'orders', {});
  await orders().until('Ready', 'True');
  const primary = await orders().primary();
  const login = ['psql', '-XAtc', 'SELECT current_user', 'postgresql://reader:kept@127.0.0.1/postgres'];
  const user = await until('a login by that password', () => orders().exec(primary.name, 'postgres', login));
  expect(user.trim()).toBe('reader');
  const uri = ['get', 'secret', 'reader', '-o', 'jsonpath={.data.uri}'];
  await until('its addresses', async () =>
    Buffer.from(await operator().kubectl(uri), 'base64')
      .toString()
      .startsWith('postgresql://reader:kept@'),
  );
}, 180_000);

const replicaOf = async (primary: { readonly name: string }) => {
  const replica = (await orders().pods()).find(({ name }) => name !== primary.name);
  if (replica === undefined) throw new Error('there is no replica');
  return replica;
};
const streams = (primary: Pod, replica: Pod) =>
  until(
    `${replica.name} to stream`,
    async () => {
      const sql = `SELECT state FROM pg_stat_replication WHERE application_name = '${replica.name}'`;
      const [row] = await orders().query<{ state: string }>(primary, sql);
      return row?.state === 'streaming';
    },
    120_000,
  );

it('reloads one member by an action: what was written there is in force, and nowhere else', async () => {
  const primary = await orders().primary();
  const replica = await replicaOf(primary);
  const shown = async (pod: Pod) => {
    const [row] = await orders().query<{ deadlock_timeout: string }>(pod, 'SHOW deadlock_timeout');
    return row?.deadlock_timeout;
  };
  for (const pod of [primary, replica])
    await orders().query(pod, "ALTER SYSTEM SET deadlock_timeout = '1234ms'");
  expect([await shown(primary), await shown(replica)]).toEqual(['1s', '1s']);
  const { message } = await act('reload', { type: 'reload', member: replica.name });
  expect(message).toBe(`${replica.name} reads its configuration again`);
  await until('the parameter', async () => (await shown(replica)) === '1234ms');
  expect(await shown(primary)).toBe('1s');
  for (const pod of [primary, replica]) await orders().query(pod, 'ALTER SYSTEM RESET deadlock_timeout');
}, 120_000);

it('makes a replica anew by an action, and refuses it for the primary', async () => {
  const primary = await orders().primary();
  const replica = await replicaOf(primary);
  const refused = await act('anew-primary', { type: 'reinitialize', member: primary.name }, 'Refused');
  expect(refused.message).toMatch(/ is primary: its data is the cluster’s/);

  const before = await starts();
  const pgdata = '/var/lib/postgresql/data/pgdata';
  await orders().exec(replica.name, 'postgres', ['touch', `${pgdata}/of-the-old-one`]);
  await act('anew', { type: 'reinitialize', member: replica.name });
  await until(
    'data without what lay among the old',
    async () => !(await orders().exec(replica.name, 'postgres', ['ls', pgdata])).includes('of-the-old-one'),
    120_000,
  );
  await streams(primary, replica);
  const after = await starts();
  expect(after[replica.name]).not.toBe(before[replica.name]);
  expect(after[primary.name]).toBe(before[primary.name]);
  await orders().query(primary, 'CREATE TABLE since_then AS SELECT 42 AS answer');
  await until('the replica to follow', async () => {
    const rows = await orders().query<{ answer: number }>(replica, 'SELECT answer FROM since_then');
    return rows[0]?.answer === 42;
  });
}, 300_000);

const rest = z.object({ data: z.object({ username: z.string(), password: z.string() }) });
const paused = z.object({ pause: z.boolean().default(false) });

/** Patroni's maintenance mode, waited for on every member. */
const pausePatroni = async ({ address }: Pod, pause: boolean) => {
  const { data } = rest.parse(
    JSON.parse(await operator().kubectl(['get', 'secret', 'orders-rest', '-o', 'json'])),
  );
  const [username, password] = [data.username, data.password].map((text) => Buffer.from(text, 'base64'));
  const credentials = Buffer.from(`${username}:${password}`).toString('base64');
  const answer = await fetch(`http://${address}:8008/config`, {
    method: 'PATCH',
    headers: { authorization: `Basic ${credentials}` },
    body: JSON.stringify({ pause: pause || null }),
    signal: AbortSignal.timeout(10_000),
  });
  expect(answer.status).toBe(200);
  await until(`every member to be ${pause ? '' : 'no longer '}paused`, async () => {
    const asked = (await orders().pods()).map(async (pod) =>
      paused.parse(await (await fetch(`http://${pod.address}:8008/patroni`)).json()),
    );
    return (await Promise.all(asked)).every((each) => each.pause === pause);
  });
};

it('fails over by an action where the primary is gone and nobody follows by himself, and not where it is well', async () => {
  const primary = await orders().primary();
  const replica = await replicaOf(primary);
  await orders().until('Ready', 'True');
  const spec = { type: 'failover', candidate: replica.name };
  const refused = await act('too-early', spec, 'Refused');
  expect(refused.message).toBe(
    `${primary.name} is primary and well: a switchover loses nothing, a failover may`,
  );

  // With Patroni paused, PostgreSQL stays down and no member takes over: a person must decide.
  await pausePatroni(primary, true);
  const stop = [
    '/usr/lib/postgresql/17/bin/pg_ctl',
    'stop',
    '-D',
    '/var/lib/postgresql/data/pgdata',
    '-mfast',
  ];
  await orders().exec(primary.name, 'postgres', stop);
  await until('Patroni to know of no running primary', async () => {
    const asked = await getJson(`http://${replica.address}:8008/cluster`, AbortSignal.timeout(5_000));
    return !members.parse(asked).members.some(({ role, state }) => role === 'leader' && state === 'running');
  });
  const { message } = await act('take-over', spec);
  expect(message).toBe(`${replica.name} is primary`);
  expect((await orders().primary()).name).toBe(replica.name);
  await pausePatroni(replica, false);
  await streams(replica, primary);
  await orders().until('Ready', 'True');
  const events = await operator().kubectl(['events', '--for', 'pgc/orders']);
  expect(events).toContain(`${replica.name} is primary now, was ${primary.name}`);
}, 300_000);
