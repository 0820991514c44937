import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseExposition } from '@howdah/exporter/testing/exposition';
import { getText } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { scrape } from '@howdah/testbed-tools/samples';
import { expect, it } from 'vitest';
import type { Member } from '../cluster/member.ts';
import { useCluster } from './use-cluster.ts';

const { cluster, signal } = useCluster({ basePort: 24_340 });

/** The interval that the testbed configures, and a second for the cycle itself. */
const withinOneCycleMs = 6_000;

const valueAt = async (member: Member, family: string): Promise<number | undefined> =>
  (await scrape(member.agentUrl, family, signal()))[0]?.value;

const becomes = (member: Member, family: string, value: number, deadlineMs: number): Promise<boolean> =>
  waitFor(`${family} ${value} at ${member.name}`, async () => (await valueAt(member, family)) === value, {
    deadlineMs,
    signal: signal(),
    explain: () => member.suite.logTail(),
  });

/** The postmaster of a member and all its children. */
const serverProcesses = async (member: Member): Promise<readonly number[]> => {
  const pidFile = await readFile(join(member.dataDirectory, 'postmaster.pid'), 'utf8');
  const postmaster = Number(pidFile.split('\n')[0]);
  const children = await Promise.all(
    (await readdir('/proc'))
      .filter((entry) => /^\d+$/.test(entry))
      .map(async (entry) => {
        const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
        const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
        return Number(parent) === postmaster ? [Number(entry)] : [];
      }),
  );
  return [postmaster, ...children.flat()];
};

it('E02: a switchover is seen on both members within a cycle, and nobody holds more than two connections', async () => {
  for (const member of cluster().members) await becomes(member, 'pg_up', 1, 30_000);
  const { from, to } = await cluster().switchover(signal());
  await becomes(to, 'pg_replication_is_replica', 0, withinOneCycleMs);
  expect(await valueAt(to, 'pg_replication_lag_seconds')).toBe(0);
  await becomes(from, 'pg_replication_is_replica', 1, 30_000);
  for (const member of cluster().members) {
    const [row] = await member.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'howdah_exporter'`,
    );
    expect(row?.n, member.name).toBeLessThanOrEqual(2);
  }
});

it('E02: a stopped server is told as down, by a scrape that does not wait for it, and as up again when it goes on', async () => {
  const [replica] = await cluster().replicas(signal());
  if (replica === undefined) throw new Error('a cluster without replicas');
  await becomes(replica, 'pg_up', 1, 30_000);
  const stopped = await serverProcesses(replica);
  for (const pid of stopped) process.kill(pid, 'SIGSTOP');
  try {
    // The interval, the statement's time-out, and the second after which the exporter hangs up.
    await becomes(replica, 'pg_up', 0, withinOneCycleMs + 6_000);
    const beganMs = performance.now();
    const text = await getText(`${replica.agentUrl}/metrics`, signal());
    expect(performance.now() - beganMs).toBeLessThan(500);
    expect(text).not.toMatch(/^pg_stat_activity_count/m);
  } finally {
    for (const pid of stopped) process.kill(pid, 'SIGCONT');
  }
  await becomes(replica, 'pg_up', 1, withinOneCycleMs + 6_000);
});

it('passes Patroni’s metrics on once the configuration names it, and the whole page stays readable', async () => {
  const primary = await cluster().primary(signal());
  const yaml = (await primary.config())['exporter.yaml'] ?? '';
  const mended = yaml.includes('patroni:') ? yaml : `${yaml}patroni:\n  url: ${primary.patroniUrl}\n`;
  await primary.changeConfig({ 'exporter.yaml': mended });
  await becomes(primary, 'patroni_postgres_running', 1, 20_000);
  const page = await getText(`${primary.agentUrl}/metrics`, signal());
  const ours = page.split('\n').filter((line) => /^(# \w+ )?(pg_|patroni_|howdah_exporter_)/.test(line));
  const { families, series } = parseExposition(`${ours.join('\n')}\n`);
  expect([...families.keys()].filter((name) => name.startsWith('patroni_')).length).toBeGreaterThan(10);
  expect(series.get('pg_scrape_collector_success{collector="patroni"}')).toBe(1);
});
