import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import type { Workspace } from '@howdah/testbed-tools/workspace';
import { bundleSuite } from '../bundle.ts';
import { auditContainer, emulatorAccount } from '../cluster/azurite.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { startConsole } from '../cluster/console.ts';
import { startLoad } from '../cluster/load.ts';
import { demoPorts } from '../cluster/ports.ts';
import { startPrometheus } from '../cluster/prometheus.ts';
import { startCluster } from '../cluster/start-cluster.ts';
import { errorCatalogue } from '../errors.ts';
import { ensurePackages } from '../install/ensure.ts';
import { ensurePatroni } from '../install/patroni.ts';
import { isAlive } from '../process/proc.ts';
import { readRecord } from '../process/run-record.ts';
import { listenForOrders } from './control.ts';
import { type DemoFacts, linkDemo, unlinkDemo, writeFacts } from './files.ts';
import type { Tell } from './narrator.ts';
import { tellStory } from './story.ts';
import { look, watchCluster } from './watch.ts';

/** Large enough for days of the demo's own logs, small enough to be filled in a second. */
const logDiskMiB = 256;
const loadPerSecond = 20;

/** Sets up what is missing, shows the main job, and goes on until `signal` aborts; then ends everything. */
export const runDemo = async (workspace: Workspace, tell: Tell, signal: AbortSignal): Promise<void> => {
  requireNoOther(workspace);
  await ensurePackages('demo', tell);
  const patroni = await ensurePatroni(workspace, tell);
  await mkdir(workspace.workRoot, { recursive: true });
  await linkDemo(workspace);
  const agents = await bundleSuite(workspace);
  const cluster = await startCluster({
    runDir: workspace.demo,
    ports: demoPorts,
    agents,
    patroni,
    signal,
    logDiskMiB,
    tell,
  });
  try {
    await Promise.all([
      startPrometheus(cluster.supervisor, cluster.layout, signal),
      startLoad(cluster.supervisor, cluster.layout, cluster.passwords, loadPerSecond),
      startConsole(cluster.supervisor, cluster.layout, signal),
    ]);
    tell(
      `five agents ride on each member; Prometheus scrapes them; pgbench does ${loadPerSecond} transactions a second`,
    );
    const facts = factsOf(cluster);
    await listenForOrders(facts.controlSocket, cluster, tell, signal);
    await writeFacts(workspace, facts);
    tell(`the console: ${facts.console}`);
    const before = await look(cluster, signal);
    await tellStory(cluster, tell, signal);
    tell(
      'try, in another terminal: ./dev demo failover, ./dev demo break store, ./dev demo info; Ctrl-C ends it all',
    );
    await watchCluster(cluster, before, tell, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    tell('ending everything');
    await cluster.stop();
    await unlinkDemo(workspace);
    tell('nothing is left running');
  }
};

const requireNoOther = (workspace: Workspace): void => {
  const record = readRecord(join(workspace.demo, 'run.json'));
  if (record === undefined || !isAlive(record.controller)) return;
  throw new HowdahError(
    errorCatalogue.alreadyRunning,
    `a demo of this clone runs already (pid ${record.controller.pid})`,
  );
};

const factsOf = (cluster: Cluster): DemoFacts => {
  const { ports, socketRoot } = cluster.layout;
  return {
    user: 'postgres',
    password: cluster.passwords.superuser,
    console: `http://127.0.0.1:${ports.console}`,
    store: `${emulatorAccount(ports.azurite).endpoint}/${auditContainer}`,
    prometheus: `http://127.0.0.1:${ports.prometheus}`,
    controlSocket: join(socketRoot, 'control.sock'),
    members: cluster.members.map((member) => ({
      name: member.name,
      port: member.pgPort,
      patroniUrl: member.patroniUrl,
      agentUrl: member.agentUrl,
      dataDirectory: member.dataDirectory,
      logDirectory: member.logDirectory,
      configDirectory: member.configDirectory,
    })),
  };
};
