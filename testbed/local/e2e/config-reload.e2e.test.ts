import { type ConfigReloadStatus, configReloadStatus } from '@howdah/status/config-reload';
import { status as statusSchema } from '@howdah/status/status';
import { getJson } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { Member } from '../cluster/member.ts';
import { useCluster } from './use-cluster.ts';

const { cluster, signal } = useCluster({ basePort: 24_060 });

const agentOf = async (member: Member) => {
  const { agents } = statusSchema.parse(await getJson(`${member.agentUrl}/status`, signal()));
  return agents['config-reload'];
};

const until = (
  what: string,
  member: Member,
  look: (now: ConfigReloadStatus) => boolean | Promise<boolean>,
  deadlineMs = 30_000,
): Promise<ConfigReloadStatus> =>
  waitFor(
    `${what} on ${member.name}`,
    async () => {
      const now = configReloadStatus.parse((await agentOf(member))?.detail);
      return (await look(now)) ? now : undefined;
    },
    { deadlineMs, signal: signal(), explain: async () => JSON.stringify((await agentOf(member))?.detail) },
  );

const onAll = (what: string, look: (now: ConfigReloadStatus) => boolean, deadlineMs?: number) =>
  Promise.all(cluster().members.map((member) => until(what, member, look, deadlineMs)));

const inForce = ({ desiredDigest, appliedDigest, phase }: ConfigReloadStatus): boolean =>
  phase !== 'waiting' && phase !== 'refused' && desiredDigest === appliedDigest;

const changeAll = (files: Record<string, string>) =>
  Promise.all(cluster().members.map((member) => member.changeConfig(files)));

const shownOn = async (member: Member, name: string): Promise<unknown> =>
  (await member.query('SELECT current_setting($1) AS value', [name]))[0]?.value;

const clusterWide = async (name: string): Promise<unknown> => {
  const config = (await getJson(`${cluster().patroniUrls[0]}/config`, signal())) as {
    postgresql: { parameters: Record<string, unknown> };
  };
  return config.postgresql.parameters[name];
};

/** Patroni refuses while it is busy with something else, a reload for instance. */
const restart = (member: Member) =>
  waitFor(
    `Patroni to restart ${member.name}`,
    async () => {
      const answer = await fetch(`${member.patroniUrl}/restart`, {
        method: 'POST',
        headers: { authorization: cluster().patroniAuthorization },
        body: '{}',
        signal: AbortSignal.timeout(30_000),
      });
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
      return true;
    },
    { deadlineMs: 60_000, signal: signal() },
  );

let original: Record<string, string> = {};
beforeAll(async () => {
  const [first] = cluster().members;
  const { 'postgresql.conf': conf = '', 'pg_hba.conf': hba = '' } = (await first?.config()) ?? {};
  original = { 'postgresql.conf': conf, 'pg_hba.conf': hba };
  await onAll('the files of the start in force', inForce);
}, 60_000);

afterEach(async () => {
  await changeAll(original);
  await onAll('the first files in force again', (now) => inForce(now) && now.phase !== 'applying', 60_000);
}, 120_000);

it('a changed postgresql.conf is in force on all three members, and of two swaps in a row the last one', async () => {
  await changeAll({ 'postgresql.conf': `${original['postgresql.conf']}\nwork_mem = 17MB\n` });
  await changeAll({ 'postgresql.conf': `${original['postgresql.conf']}\nwork_mem = 18MB\n` });
  for (const member of cluster().members) {
    await waitFor('work_mem', async () => (await shownOn(member, 'work_mem')) === '18MB', {
      deadlineMs: 10_000,
      signal: signal(),
    });
    const now = await until('the confirmation', member, inForce);
    expect(now).toMatchObject({ phase: 'in-force', problems: [], drift: [] });
  }
});

it('a setting that Patroni owns goes through its cluster-wide configuration, is pending, and in force after Patroni’s restart', async () => {
  await changeAll({ 'postgresql.conf': `${original['postgresql.conf']}\nmax_connections = 70\n` });
  const drifted: ConfigReloadStatus['drift'] = [];
  const pending = await onAll('the pending restart', ({ pendingRestart, drift }) => {
    drifted.push(...drift);
    return pendingRestart.length > 0;
  });
  for (const { phase, pendingRestart } of pending) {
    expect(phase).toBe('pending-restart');
    expect(pendingRestart).toEqual([
      { name: 'max_connections', desired: '70', actual: '60', since: expect.any(String) },
    ]);
  }
  expect(drifted, 'what is on its way is no drift, on the primary that writes it neither').toEqual([]);
  expect(await clusterWide('max_connections')).toBe(70);
  for (const member of cluster().members)
    expect(await member.query('SELECT FROM pg_file_settings WHERE error IS NOT NULL')).toHaveLength(1);

  // The primary last: its replicas may not have fewer connections than it has, and more is no harm.
  for (const member of [...(await cluster().replicas(signal())), await cluster().primary(signal())])
    await restart(member);
  for (const member of cluster().members) {
    await until('max_connections', member, (now) => now.phase === 'in-force', 60_000);
    expect(await shownOn(member, 'max_connections')).toBe('70');
  }
}, 180_000);

it('C08: a switchover during the change ends with one value, agreed by all', async () => {
  await changeAll({ 'postgresql.conf': `${original['postgresql.conf']}\nmax_worker_processes = 9\n` });
  await cluster().switchover(signal());
  // The old primary restarted with the switchover and may run with it already; on the others it waits.
  for (const member of cluster().members)
    await until(
      'the new value',
      member,
      async (now) =>
        inForce(now) &&
        (now.pendingRestart.some(({ name, desired }) => name === 'max_worker_processes' && desired === '9') ||
          (await shownOn(member, 'max_worker_processes')) === '9'),
      60_000,
    );
  expect(await clusterWide('max_worker_processes')).toBe(9);
}, 180_000);

it('C02: and C03: a pg_hba.conf that PostgreSQL cannot read, or that shadows replication, changes nothing on any member', async () => {
  const bad = {
    unreadable: `${original['pg_hba.conf']}host all all example.org 255.255.255.0 md5\n`,
    shadowing: `host replication all all reject\n${original['pg_hba.conf']}`,
  };
  for (const [what, hba] of Object.entries(bad)) {
    await changeAll({ 'pg_hba.conf': hba });
    const refused = await onAll(`the ${what} file refused`, ({ phase }) => phase === 'refused');
    for (const { problems, appliedDigest, desiredDigest } of refused) {
      expect(problems[0]).toMatchObject({ file: 'pg_hba.conf', line: what === 'shadowing' ? 1 : 8 });
      expect(appliedDigest).not.toBe(desiredDigest);
    }
    for (const member of cluster().members)
      expect(await member.query('SELECT FROM pg_hba_file_rules WHERE error IS NOT NULL')).toEqual([]);
    await changeAll(original);
    await onAll('the correction', inForce);
  }
});

it('a name that Patroni sets, too, is named as drift with both values and the one who wins', async () => {
  await changeAll({ 'postgresql.conf': `${original['postgresql.conf']}\nlog_rotation_age = 2h\n` });
  for (const { drift } of await onAll('the drift', ({ drift }) => drift.length > 0))
    expect(drift).toEqual([
      expect.objectContaining({
        name: 'log_rotation_age',
        desired: '2h',
        actual: '1h',
        source: expect.stringContaining('Patroni'),
      }),
    ]);
});

it('C06: a Patroni that does not answer is waited for, said in /readyz, and the change applies when it is back', async () => {
  const [replica] = await cluster().replicas(signal());
  if (replica?.patroni.pid === undefined) throw new Error('a replica with a Patroni');
  process.kill(replica.patroni.pid, 'SIGSTOP');
  try {
    await replica.changeConfig({ 'postgresql.conf': `${original['postgresql.conf']}\nwork_mem = 19MB\n` });
    await until('the waiting', replica, ({ phase }) => phase === 'waiting');
    const ready = await fetch(`${replica.agentUrl}/readyz`, { signal: signal() });
    expect(ready.status).toBe(503);
    expect(await ready.text()).toMatch(/no answer within/);
  } finally {
    process.kill(replica.patroni.pid, 'SIGCONT');
  }
  await until('the change', replica, inForce, 60_000);
  expect(await shownOn(replica, 'work_mem')).toBe('19MB');
}, 120_000);

it('C07: a server that restarts during the reload ends with the new files', async () => {
  const [replica] = await cluster().replicas(signal());
  if (replica === undefined) throw new Error('a replica');
  const restarted = restart(replica);
  await replica.changeConfig({ 'postgresql.conf': `${original['postgresql.conf']}\nwork_mem = 21MB\n` });
  await restarted;
  await until('the change', replica, inForce, 60_000);
  expect(await shownOn(replica, 'work_mem')).toBe('21MB');
}, 120_000);
