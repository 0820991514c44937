import { getJson } from '@howdah/testbed-tools/http';
import { beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { useOperator } from './operator/use-operator.ts';
import { useWhole } from './operator/whole.ts';
import { expectAuditWhole } from './oracles/expect-audit-whole.ts';

const namespace = 'audited';
const operator = useOperator({ namespace });
const { orders, example, applyWith, until, act, starts } = useWhole(operator);
const instances = 2;

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
  // Segments wait five minutes by default; a test does not.
  await applyWith({ instances, audit: { enabled: true, segment: { maxAgeSeconds: 2 } } });
  await orders().until('ConfigApplied', 'True');
  const primary = await orders().primary();
  await orders().query(primary, 'CREATE TABLE audited (mark int)');
  const { buckets } = await operator().cluster.store('s3', operator().signal);
  const place = { bucket: buckets.backup, prefix: `audit/${namespace}/orders` };
  const records = await expectAuditWhole(orders(), primary, undefined, place);
  expect(records.map(({ audit }) => audit?.statement)).toContain('CREATE TABLE audited (mark int)');
}, 120_000);

const members = z.object({ members: z.array(z.object({ name: z.string(), role: z.string() })) });

it('replicates synchronously and asynchronously again as the spec says, without a restart', async () => {
  const audit = { enabled: true, segment: { maxAgeSeconds: 2 } };
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
