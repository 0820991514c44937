import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { bundleSuite } from '@howdah/testbed-local/bundle';
import type { Cluster } from '@howdah/testbed-local/cluster/cluster';
import { portsFrom } from '@howdah/testbed-local/cluster/ports';
import { startCluster } from '@howdah/testbed-local/cluster/start-cluster';
import { ensurePackages } from '@howdah/testbed-local/install/ensure';
import { ensurePatroni } from '@howdah/testbed-local/install/patroni';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { cpuSecondsOf, heldBy, median } from './held.ts';
import { conditions, startLoad } from './load.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
const samples = 5;

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

const measure = async (cluster: Cluster): Promise<void> => {
  await startLoad(cluster, stop.signal);
  say(
    `${conditions.databases} databases, ${conditions.transactionsPerSecond} transactions/s, ${conditions.logMiBPerSecond} MiB/s of log, audit on: ${minutes} minutes`,
  );
  await delay(minutes * 60_000, undefined, { signal: stop.signal });
  const primary = await cluster.primary(stop.signal);
  for (const member of cluster.members) {
    const { pid } = member.suite;
    if (pid === undefined)
      throw new Error(`the suite of ${member.name} is not running:\n${await member.suite.logTail()}`);
    const cpuBefore = await cpuSecondsOf(pid);
    const held = [];
    for (let sample = 0; sample < samples; sample += 1) {
      await delay(2_000, undefined, { signal: stop.signal });
      held.push(await heldBy(pid));
    }
    const cpu = ((await cpuSecondsOf(pid)) - cpuBefore) / (samples * 2);
    const anonymous = median(held.map(({ anonymousMiB }) => anonymousMiB));
    const resident = median(held.map(({ residentMiB }) => residentMiB));
    say(
      `${member.name} (${member === primary ? 'primary' : 'replica'}): ${anonymous.toFixed(1)} MiB anonymous, ${resident.toFixed(1)} MiB resident, ${(cpu * 100).toFixed(1)} % of a core`,
    );
  }
};

const workspace = currentWorkspace();
await ensurePackages('demo', say);
const cluster = await startCluster({
  runDir: join(workspace.workRoot, '.e2e-bench-memory'),
  ports: portsFrom(25_000),
  agents: await bundleSuite(workspace),
  patroni: await ensurePatroni(workspace, say),
  signal: stop.signal,
  tell: say,
});
try {
  await measure(cluster);
} finally {
  await cluster.stop();
}
