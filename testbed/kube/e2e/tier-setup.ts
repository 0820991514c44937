import { ensureImage } from '@howdah/testbed-images/build-image';
import { agentRecipe, defaultMajor, operatorRecipe, postgresRecipe } from '@howdah/testbed-images/recipes';
import { startKube } from '@howdah/testbed-kube/cluster';
import { endOwn, findOwn } from '@howdah/testbed-kube/clusters/own';
import type { KubeCluster } from '@howdah/testbed-kube/kube-cluster';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { chart } from './operator/operator.ts';

/**
 * Around all tests of the tier: one cluster with this clone's images serves them all, and is ended after the last,
 * unless it was up before or is somebody else's. Building it, which takes minutes, is no test's time.
 */
export const setup = async (): Promise<() => Promise<void>> => {
  const wasUp = findOwn() !== undefined;
  const signal = AbortSignal.timeout(3_600_000);
  const cluster = await startKube({ signal, tell });
  const isOwn = cluster.origin === 'own';
  if (isOwn) await loadImages(cluster, signal);
  else
    tell(
      'A cluster of others: only *.api.kube.test.ts run on it. All others call pods by their addresses, and need the stores, the images and the parts of our own.',
    );
  // Kinds belong to no namespace: one installation for every operator of the tests.
  await cluster.helm(
    ['upgrade', '--install', 'howdah-crds', chart('howdah-crds'), '--namespace', 'kube-system'],
    signal,
  );
  return async () => {
    if (isOwn && !wasUp) await endOwn();
  };
};

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const loadImages = async (cluster: KubeCluster, signal: AbortSignal): Promise<void> => {
  const node = process.version.slice(1);
  for (const recipe of [postgresRecipe(defaultMajor), agentRecipe(node), operatorRecipe(node)]) {
    const { archive } = await ensureImage(currentWorkspace(), recipe, tell);
    await cluster.loadImage(archive, signal);
  }
};
