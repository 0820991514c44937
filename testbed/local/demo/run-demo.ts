import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { isAlive } from '@howdah/testbed-tools/process/proc';
import { readRecord } from '@howdah/testbed-tools/process/run-record';
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
import { obeyOrders } from './control.ts';
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
  try {
    await ensurePackages('demo', tell);
    const patroni = await ensurePatroni(workspace, tell);
    await mkdir(workspace.workRoot, { recursive: true });
    await linkDemo(workspace);
    const agents = await bundleSuite(workspace);
    signal.throwIfAborted();
    const { demo: runDir } = workspace;
    const cluster = await startCluster({
      runDir,
      ports: demoPorts,
      agents,
      patroni,
      signal,
      logDiskMiB,
      tell,
    });
    try {
      await showMainJob(workspace, cluster, tell, signal);
    } finally {
      tell('ending everything');
      await cluster.stop();
    }
  } catch (error) {
    // The files of a start that failed stay, to be looked into; the next start removes them.
    if (!signal.aborted) throw error;
  }
  await rm(workspace.demo, { recursive: true, force: true });
  await unlinkDemo(workspace);
  tell('nothing is left running');
};

/** Everything from the running cluster on; returns only by throwing, at the latest when `signal` aborts. */
const showMainJob = async (
  workspace: Workspace,
  cluster: Cluster,
  tell: Tell,
  signal: AbortSignal,
): Promise<never> => {
  const { supervisor, layout, passwords } = cluster;
  await Promise.all([
    startPrometheus(supervisor, layout, signal),
    startLoad(supervisor, layout, passwords, loadPerSecond),
    startConsole(supervisor, layout, signal),
  ]);
  tell(
    `five agents ride on each member; Prometheus scrapes them; pgbench does ${loadPerSecond} transactions a second`,
  );
  const facts = factsOf(cluster);
  await obeyOrders(facts.controlSocket, cluster, tell, signal);
  await writeFacts(workspace, facts);
  tell(`the console: ${facts.console}`);
  const before = await look(cluster, signal);
  await tellStory(cluster, tell, signal);
  tell(
    'try, in another terminal: ./dev demo failover, ./dev demo break store, ./dev demo info; Ctrl-C ends it all',
  );
  return watchCluster(cluster, before, tell, signal);
};

/** @throws HowdahError when a demo of this clone runs already. */
export const requireNoOther = (workspace: Workspace): void => {
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
