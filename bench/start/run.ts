import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bundleSuite } from '@howdah/testbed-local/bundle';
import type { Member } from '@howdah/testbed-local/cluster/member';
import { portsFrom } from '@howdah/testbed-local/cluster/ports';
import { startCluster } from '@howdah/testbed-local/cluster/start-cluster';
import { ensurePackages } from '@howdah/testbed-local/install/ensure';
import { ensurePatroni } from '@howdah/testbed-local/install/patroni';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { parse, stringify } from 'yaml';
import { cpuSecondsOf, median } from '../memory/held.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

const starts = 7;
const idleSeconds = 120;

const isReady = async (member: Member): Promise<boolean> => (await fetch(`${member.agentUrl}/readyz`)).ok;

const waitUntilReady = (member: Member) =>
  waitFor(`${member.name} to be ready`, () => isReady(member), {
    deadlineMs: 60_000,
    everyMs: 25,
    signal: stop.signal,
    explain: () => member.suite.logTail(),
  });

/** From the start of the process to the first 200 of /readyz, with everything around it up already. */
const startToReadyMs = async (member: Member): Promise<number> => {
  await member.suite.stop();
  const startedMs = performance.now();
  member.suite.start();
  await waitUntilReady(member);
  return performance.now() - startedMs;
};

const workspace = currentWorkspace();
await ensurePackages('demo', say);
const cluster = await startCluster({
  runDir: join(workspace.workRoot, '.e2e-bench-start'),
  ports: portsFrom(25_020),
  agents: await bundleSuite(workspace),
  patroni: await ensurePatroni(workspace, say),
  signal: stop.signal,
  tell: say,
});
try {
  for (const member of cluster.members) await waitUntilReady(member);
  const [member] = cluster.members;
  if (member === undefined) throw new Error('a cluster without members');
  const readyMs: number[] = [];
  for (let start = 0; start < starts; start += 1) readyMs.push(await startToReadyMs(member));
  say(
    `start to ready, five agents: median ${median(readyMs).toFixed(0)} ms of ${starts} (${readyMs.map((ms) => ms.toFixed(0)).join(', ')})`,
  );

  for (const each of cluster.members) {
    const { intervalSeconds: _demo, ...exporter } = parse((await each.config())['exporter.yaml'] ?? '');
    await each.changeConfig({ 'exporter.yaml': stringify(exporter) });
  }
  await delay(30_000, undefined, { signal: stop.signal });
  const pids = cluster.members.map(({ suite }) => suite.pid ?? 0);
  const before = await Promise.all(pids.map(cpuSecondsOf));
  await delay(idleSeconds * 1_000, undefined, { signal: stop.signal });
  const after = await Promise.all(pids.map(cpuSecondsOf));
  const shares = after.map((seconds, index) => ((seconds - (before[index] ?? 0)) / idleSeconds) * 100);
  say(
    `idle for ${idleSeconds} s, five agents: ${shares.map((share) => share.toFixed(2)).join(', ')} % of a core`,
  );
} finally {
  await cluster.stop();
}
