import { join } from 'node:path';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { afterAll, beforeAll, beforeEach, onTestFailed } from 'vitest';
import { bundleSuite } from '../bundle.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { portsFrom } from '../cluster/ports.ts';
import { type ClusterOptions, startCluster } from '../cluster/start-cluster.ts';
import { ensurePatroni } from '../install/patroni.ts';

export interface UseClusterOptions extends Partial<Pick<ClusterOptions, 'logDiskMiB' | 'timing'>> {
  /** First of sixteen ports, below 32768, where no client’s port may be in the way; each test file has its own. */
  readonly basePort: number;
  readonly agents?: 'suite' | 'none';
}

export interface UsedCluster {
  readonly cluster: () => Cluster;
  /** Aborted when the file's tests are over. */
  readonly signal: () => AbortSignal;
}

/** A real three-member cluster for all tests of a file; a failing test prints what each part said last. */
export const useCluster = ({ basePort, agents = 'suite', ...others }: UseClusterOptions): UsedCluster => {
  const over = new AbortController();
  let running: Cluster | undefined;
  const cluster = (): Cluster => {
    if (running === undefined) throw new Error('the cluster did not start');
    return running;
  };

  beforeAll(async () => {
    const workspace = currentWorkspace();
    running = await startCluster({
      runDir: join(workspace.workRoot, `.e2e-${basePort}`),
      ports: portsFrom(basePort),
      agents: agents === 'none' ? 'none' : await bundleSuite(workspace),
      patroni: await ensurePatroni(workspace, () => undefined),
      signal: over.signal,
      ...others,
    });
  });

  beforeEach(() => {
    onTestFailed(async () => void process.stderr.write(`${await lastWords(cluster(), over.signal)}\n`));
  });

  afterAll(async () => {
    over.abort();
    await running?.stop();
  });

  return { cluster, signal: () => over.signal };
};

/** What a person needs to understand a failure: who is what, and the last lines of each member's parts. */
const lastWords = async (cluster: Cluster, signal: AbortSignal): Promise<string> => {
  const view = await cluster.view(signal).then(
    (members) => members.map(({ name, role, state }) => `${name}: ${role}, ${state}`).join('; '),
    (error: unknown) => `Patroni does not answer (${error})`,
  );
  const parts = await Promise.all(
    cluster.members.flatMap((member) =>
      [member.suite, member.patroni].map(async (part) => `--- ${part.id}\n${await part.logTail(15)}`),
    ),
  );
  return [view, ...parts].join('\n');
};
