import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readRecord } from '@howdah/testbed-tools/process/run-record';
import { stopRun } from '@howdah/testbed-tools/process/stop-run';
import { Supervisor } from '@howdah/testbed-tools/process/supervisor';
import { mountTmpfs } from '@howdah/testbed-tools/process/tmpfs';
import { startAzurite } from './azurite.ts';
import { Cluster } from './cluster.ts';
import { startEtcd } from './etcd.ts';
import { makeLayout, makePasswords } from './layout.ts';
import { writeMemberFiles } from './member-files.ts';
import { startPatroni, waitForCluster } from './patroni.ts';
import { type PatroniTiming, quickTiming } from './patroni-config.ts';
import { type Ports, requireFreePorts } from './ports.ts';
import { type SuiteProgram, startSuite } from './suite.ts';

export interface ClusterOptions {
  /** Emptied first, and removed by {@link Cluster.stop}. */
  readonly runDir: string;
  readonly ports: Ports;
  /** The program that carries the agents, or `none` to run the cluster without. */
  readonly agents: SuiteProgram | 'none';
  /** Patroni's executable, from the virtual environment. */
  readonly patroni: string;
  readonly signal: AbortSignal;
  readonly timing?: PatroniTiming;
  /** As root: each member's log directory is a file system of this size, which a test can fill. */
  readonly logDiskMiB?: number;
  /** Told what happens, in one line each. */
  readonly tell?: (line: string) => void;
}

/**
 * Starts etcd, the object store and three Patroni members with their agents, and waits until the
 * replicas stream and the agents answer. What was started is stopped again when it fails.
 */
export const startCluster = async (options: ClusterOptions): Promise<Cluster> => {
  const { signal, tell = () => undefined } = options;
  await clearAway(options.runDir);
  await requireFreePorts(options.ports, signal);
  const layout = await makeLayout(options.runDir, options.ports);
  const passwords = makePasswords();
  const supervisor = new Supervisor(layout.recordPath);
  supervisor.remember({ temporary: [layout.socketRoot] });
  const cluster = new Cluster(layout, passwords, supervisor);
  try {
    for (const member of layout.members) {
      if (options.logDiskMiB !== undefined && (await mountTmpfs(member.logDirectory, options.logDiskMiB))) {
        supervisor.remember({ mounts: [member.logDirectory] });
      }
      await writeMemberFiles(layout, member, passwords);
    }
    await Promise.all([startEtcd(supervisor, layout, signal), startAzurite(supervisor, layout, signal)]);
    tell('etcd and the object store answer');

    const timing = options.timing ?? quickTiming;
    const { patroni } = options;
    const patronis = await Promise.all(
      layout.members.map((member) =>
        startPatroni(supervisor, layout, member, { passwords, timing, patroni }),
      ),
    );
    const first = await waitForCluster(cluster.patroniUrls, patronis, signal);
    tell(`${first.name} is primary, the other two stream from it`);

    if (options.agents !== 'none') {
      for (const member of layout.members) await startSuite(supervisor, layout, member, options.agents);
      await cluster.waitForAgents(signal);
    }
    return cluster;
  } catch (error) {
    await supervisor.stopAll();
    throw error;
  }
};

/** Ends what an earlier run in `runDir` has left running, and removes its files. */
export const clearAway = async (runDir: string): Promise<void> => {
  const left = readRecord(join(runDir, 'run.json'));
  if (left !== undefined) await stopRun(left);
  await rm(runDir, { recursive: true, force: true });
};
