import { setTimeout as delay } from 'node:timers/promises';
import { getText } from '@howdah/testbed-tools/http';
import { samplesOf } from '@howdah/testbed-tools/samples';
import { soakMinutes } from '@howdah/testbed-tools/soak-minutes';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { leadingPod } from './operator/leader.ts';
import { useOperator } from './operator/use-operator.ts';
import { useWhole } from './operator/whole.ts';

const namespace = 'whole';
const operator = useOperator({ namespace });
const { orders, example, applyWith, until, reaches, act, starts } = useWhole(operator);

const objects = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      data: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

it('makes nothing while a Secret is missing, and says which and with what keys', async () => {
  await operator().apply(example().cluster);
  const { message } = await orders().until('Ready', 'False');
  expect(message).toContain(
    `spec.backup.repositories[0].s3.credentialsSecret: there is no Secret s3 in ${namespace}; make it, with access-key-id, secret-access-key`,
  );
  const made = await operator().kubectl([
    'get',
    'sts,cm,svc',
    '-l',
    'howdah.dev/cluster=orders',
    '-o',
    'name',
  ]);
  expect(made).toBe('');
});

it('goes on by itself when it is there, takes a first backup, and has it from the repository', async () => {
  await operator().apply(example().secret);
  await orders().until('Ready', 'True');
  const { message } = await orders().until('BackupHealthy', 'True');
  expect(message).toMatch(/^The newest backup in the repository is \d{8}-\d{6}F\.$/);
});

it('leaves the keys of the store in the Secret of whoever made it, and has them in memory besides', async () => {
  const look = [
    'cd /etc/pgbackrest',
    'stat -f -c %T .',
    'stat -c "%a %n" pgbackrest.conf conf.d/secrets.conf',
    'touch here 2>/dev/null || echo not to be written here',
    'ls /etc/howdah/secrets/s3',
  ].join('; ');
  for (const { name } of await orders().pods()) {
    const seen = await orders().exec(name, 'postgres', ['sh', '-c', look]);
    expect(seen.trim().split('\n'), name).toEqual([
      'tmpfs',
      '640 pgbackrest.conf',
      '600 conf.d/secrets.conf',
      'not to be written here',
      'ca.crt',
    ]);
  }
  const { 'secret-access-key': key } = example().secret.stringData;
  const holding = async (kind: string) => {
    const found = await operator().kubectl(['get', kind, '-o', 'json']);
    return objects
      .parse(JSON.parse(found))
      .items.filter(({ data }) =>
        Object.values(data).some(
          (text) => text.includes(key) || Buffer.from(text, 'base64').toString().includes(key),
        ),
      )
      .map(({ metadata }) => metadata.name);
  };
  expect(await holding('secrets')).toEqual(['s3']);
  expect(await holding('configmaps')).toEqual([]);
});

it('passes options of pgBackRest on to every member, for its archive_command as well', async () => {
  const { backup } = example().cluster.spec;
  const pgbackrest = { render: { options: { 'archive-push:compress-level': '2' } } };
  const before = await starts();
  await applyWith({ backup: { ...backup, pgbackrest } });
  await until('the option on every member', async () => {
    const pods = await orders().pods();
    const files = pods.map(({ name }) =>
      orders().exec(name, 'postgres', ['cat', '/etc/pgbackrest/pgbackrest.conf']),
    );
    const written = /^\[global:archive-push\]\ncompress-level=2$/m;
    return (await Promise.all(files)).every((text) => written.test(text)) ? true : undefined;
  });
  expect(await starts()).toEqual(before);
});

it('leads clients to the primary and to replicas by its two Services', async () => {
  const inRecovery = async (host: string) => {
    const sql = 'SELECT pg_is_in_recovery()';
    const password = await operator().kubectl([
      'get',
      'secret',
      'orders-user-app',
      '-o',
      'jsonpath={.data.password}',
    ]);
    const dsn = `postgresql://app:${Buffer.from(password, 'base64')}@${host}/app`;
    return (await orders().exec('orders-0', 'postgres', ['psql', '-XAtc', sql, dsn])).trim();
  };
  expect(await until('the primary’s Service', () => inRecovery(`orders.${namespace}.svc`))).toBe('f');
  expect(await until('the replicas’ Service', () => inRecovery(`orders-replica.${namespace}.svc`))).toBe('t');
});

it('brings an edited parameter into force on all members without a restart, and says so', async () => {
  const before = await starts();
  await applyWith({ postgres: { version: 17, parameters: { work_mem: '21MB' } } });
  await until('work_mem on every member', async () => {
    const pods = await orders().pods();
    const shown = await Promise.all(
      pods.map((pod) => orders().query<{ work_mem: string }>(pod, 'SHOW work_mem')),
    );
    return shown.every(([row]) => row?.work_mem === '21MB') ? true : undefined;
  });
  await orders().until('ConfigApplied', 'True');
  expect(await starts()).toEqual(before);
});

it('takes a backup that is asked for once, and shows what the repository has', async () => {
  await operator().apply({
    ...{
      apiVersion: 'howdah.dev/v1alpha1',
      kind: 'PostgresBackup',
      metadata: { name: 'before-the-upgrade' },
    },
    spec: { cluster: 'orders', type: 'diff' },
  });
  const { label } = await reaches('pgb', 'before-the-upgrade', 'Done');
  expect(label).toMatch(/^\d{8}-\d{6}F_\d{8}-\d{6}D$/);
  // Whoever took them says so in the journal beside the stanza, which every member reads.
  const primary = await orders().primary();
  for (const pod of await orders().pods()) {
    const runs = await until(
      `${pod.name} to have read the run journal`,
      async () => {
        const { runs: read = [] } = (await orders().status(pod)).agents.backup?.detail ?? {};
        return read.length === 2 ? read : undefined;
      },
      90_000,
    );
    expect(runs).toMatchObject([
      { type: 'diff', member: primary.name, attempt: 1, outcome: 'done', label },
      { type: 'full', member: primary.name, outcome: 'done' },
    ]);
  }
});

it('switches over by an action, once, and refuses one that would be unsafe with the reason', async () => {
  const before = await orders().primary();
  await act('move', { type: 'switchover' });
  const after = await until('another primary', async () => {
    const primary = await orders().primary();
    return primary.name === before.name ? undefined : primary;
  });
  const refused = await act('again', { type: 'switchover', candidate: after.name }, 'Refused');
  expect(refused.message).toBe(`${after.name} is primary already`);
  await orders().until('Ready', 'True');
});

it('O03: puts right what somebody changes by hand, and tells of it', async () => {
  await operator().kubectl(['delete', 'service', 'orders-replica']);
  await operator().kubectl([
    'patch',
    'cm',
    'orders-postgres',
    '--type=merge',
    '-p',
    '{"data":{"pg_hba.conf":"# gone"}}',
  ]);
  await until('the Service again', async () =>
    operator().kubectl(['get', 'service', 'orders-replica', '-o', 'name']),
  );
  await until('the ConfigMap as it was', async () =>
    /howdah_monitor/.test(await operator().kubectl(['get', 'cm', 'orders-postgres', '-o', 'yaml']))
      ? true
      : undefined,
  );
  const events = await operator().kubectl(['events', '--for', 'pgc/orders']);
  expect(events).toMatch(/PutRight.*ConfigMap orders-postgres was changed by hand/);
});

const asked = { postgres: { requests: { cpu: '100m', memory: '260Mi' } } };

it('gives replicas a new pod at once, and moves the primary only when it is asked to', async () => {
  const primary = await orders().primary();
  const before = await starts();
  await applyWith({ postgres: { version: 17, parameters: { work_mem: '21MB' } }, resources: asked });
  const { message } = await orders().until('RestartPending', 'True', 180_000);
  expect(message).toContain(`${primary.name}: the primary moves on request`);
  const rolled = await starts();
  for (const [name, start] of Object.entries(before))
    if (name === primary.name) expect(rolled[name], name).toBe(start);
    else expect(rolled[name], name).not.toBe(start);

  await act('restart', { type: 'restart' }, 'Done', 240_000);
  expect((await starts())[primary.name]).not.toBe(before[primary.name]);
  await orders().until('RestartPending', 'False');
  await orders().until('Ready', 'True');
}, 500_000);

const idleMs = soakMinutes(1 / 3) * 60_000;

/** Writes since the operator was started, the lease's left out, and its looks. */
const counted = async () => {
  const { address } = await leadingPod(operator());
  const text = await getText(`http://${address}:8080/metrics`, AbortSignal.timeout(5_000));
  const sum = (name: string) => samplesOf(text, name).reduce((total, { value }) => total + value, 0);
  return { writes: sum('howdah_operator_writes_total'), looks: sum('howdah_operator_reconciles_total') };
};

it(
  'O07: writes nothing while nothing changes',
  async () => {
    const generation = () =>
      operator().kubectl(['get', 'pgc', 'orders', '-o', 'jsonpath={.metadata.resourceVersion}']);
    // What was done before this may still be told.
    const deadlineMs = 60_000 + 2 * idleMs;
    await until(
      `${idleMs / 1_000} s without a write`,
      async () => {
        const [{ writes }, version] = [await counted(), await generation()];
        await delay(idleMs);
        return writes === (await counted()).writes && version === (await generation()) ? true : undefined;
      },
      deadlineMs,
    );
  },
  120_000 + 3 * idleMs,
);

it('writes nothing for a spec that is applied again, nor for one that only says what is the default', async () => {
  const said = { postgres: { version: 17, parameters: { work_mem: '21MB' } }, resources: asked };
  const defaults = {
    ...said,
    ...{ instances: 3, deletionPolicy: 'Retain', services: { primary: { type: 'ClusterIP', port: 5432 } } },
    ...{ users: [{ name: 'app', databases: ['app'], options: [] }], podMonitor: { interval: '30s' } },
    ...{ updates: {}, audit: { enabled: false } },
  };
  const lookedThrice = async (since: number) =>
    until('three looks', async () => (await counted()).looks >= since + 3, 90_000);
  // A status may tell of its counts between; whatever writes at each apply does so at the next one as well.
  await until(
    'both specs to be applied without a write',
    async () => {
      const before = await counted();
      for (const spec of [said, defaults]) {
        await applyWith(spec);
        await lookedThrice((await counted()).looks);
      }
      return (await counted()).writes === before.writes;
    },
    240_000,
  );
}, 400_000);
