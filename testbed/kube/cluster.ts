import { attachToGiven } from './clusters/given.ts';
import { attachToKind } from './clusters/kind.ts';
import { startOwn } from './clusters/own.ts';
import type { ClusterOrigin, KubeCluster, StartOptions } from './kube-cluster.ts';

/** The cluster of this clone: the running one, or one that is started now (the first build takes minutes). */
export const startKube = (options: StartOptions): Promise<KubeCluster> => {
  const origin = options.origin ?? originOf(process.env.HOWDAH_KUBE_CLUSTER);
  if (origin === 'given') return attachToGiven(options);
  return origin === 'kind' ? attachToKind(options) : startOwn(options);
};

const originOf = (name: string | undefined): ClusterOrigin =>
  name === 'given' || name === 'kind' ? name : 'own';
