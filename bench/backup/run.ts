import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleSuite } from '@howdah/testbed-local/bundle';
import type { Cluster } from '@howdah/testbed-local/cluster/cluster';
import { portsFrom } from '@howdah/testbed-local/cluster/ports';
import { startCluster } from '@howdah/testbed-local/cluster/start-cluster';
import { ensurePackages } from '@howdah/testbed-local/install/ensure';
import { ensurePatroni } from '@howdah/testbed-local/install/patroni';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { median } from '../memory/held.ts';
import { catalogueOf, timeCatalogue } from './catalogue.ts';
import { timeFailover, type Way, ways } from './failover.ts';
import { untilAgent } from './member-status.ts';
import { byAgent, byHand } from './overhead.ts';

/** How soon and how cheaply backups are taken; ../backup.md has the last figures. */
const { values } = parseArgs({
  options: {
    backups: { type: 'string', default: '500' },
    pairs: { type: 'string', default: '7' },
    failovers: { type: 'string', default: '20' },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

const summaryOf = (values: readonly number[], unit: string): string =>
  `median ${median(values).toFixed(1)} ${unit} of ${values.length}, from ${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`;

const tellCatalogue = async (count: number): Promise<void> => {
  const text = await catalogueOf(count);
  const times: number[] = [];
  for (let turn = 0; turn < 20; turn += 1) times.push((await timeCatalogue(text)).ms);
  const { bytes } = await timeCatalogue(text);
  say(
    `${count} backups (${(text.length / 1024).toFixed(0)} KiB) to metrics (${(bytes / 1024).toFixed(0)} KiB): first ${(times[0] ?? 0).toFixed(0)} ms; ${summaryOf(times, 'ms')}`,
  );
};

/** Some seconds of backup: data that hardly compresses. */
const fill = async (cluster: Cluster): Promise<void> => {
  const primary = await cluster.primary(stop.signal);
  await untilAgent(
    'a first full backup',
    primary,
    stop.signal,
    ({ repositories }) => repositories[0]?.backups[0],
  );
  for (const table of ['bulk', 'bulk2', 'bulk3'])
    await primary.query(
      `CREATE TABLE ${table} AS SELECT n, sha512(n::text::bytea) || sha512((n + 1)::text::bytea) AS a FROM generate_series(1, 400000) AS n`,
    );
};

const tellOverhead = async (cluster: Cluster, pairs: number): Promise<void> => {
  const hand: number[] = [];
  const agent: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    hand.push(await byHand(cluster, stop.signal));
    agent.push(await byAgent(cluster, `overhead-${pair}`, stop.signal));
  }
  say(`a full backup by hand: ${summaryOf(hand, 's')}`);
  say(`from its due time to done by the agent: ${summaryOf(agent, 's')}`);
};

const tellFailovers = async (cluster: Cluster, count: number): Promise<void> => {
  const times = new Map<Way, { started: number; done: number }[]>(ways.map((way) => [way, []]));
  for (let turn = 0; turn < count; turn += 1) {
    const way = ways[turn % ways.length] ?? 'switchover';
    const time = await timeFailover(cluster, way, `failover-${turn}`, stop.signal);
    times.get(way)?.push(time);
    say(
      `${turn + 1} of ${count}: ${way}: started after ${time.started.toFixed(1)} s, done after ${time.done.toFixed(1)} s`,
    );
  }
  for (const [way, all] of times) {
    say(
      `${way}: new timeline to pgBackRest: ${summaryOf(
        all.map(({ started }) => started),
        's',
      )}`,
    );
    say(
      `${way}: new timeline to a good backup: ${summaryOf(
        all.map(({ done }) => done),
        's',
      )}`,
    );
  }
};

await tellCatalogue(Number(values.backups));
const [pairs, failovers] = [Number(values.pairs), Number(values.failovers)];
if (pairs + failovers > 0) {
  const workspace = currentWorkspace();
  await ensurePackages('demo', say);
  const cluster = await startCluster({
    runDir: join(workspace.workRoot, '.e2e-bench-backup'),
    ports: portsFrom(25_040),
    agents: await bundleSuite(workspace),
    patroni: await ensurePatroni(workspace, say),
    signal: stop.signal,
    tell: say,
  });
  try {
    await fill(cluster);
    if (pairs > 0) await tellOverhead(cluster, pairs);
    if (failovers > 0) await tellFailovers(cluster, failovers);
  } finally {
    await cluster.stop();
  }
}
