import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '../errors.ts';
import type { ClusterOrigin, KubeCluster } from '../kube-cluster.ts';

/** What a cluster that somebody else runs does not offer: breaking its parts, and stores on its node. */
export const notOurs = (origin: ClusterOrigin): Pick<KubeCluster, 'store' | 'part' | 'down'> => {
  const refuse = (what: string): never => {
    throw new HowdahError(errorCatalogue.ownClusterOnly, `${what} of a cluster that was ${origin}`);
  };
  return {
    store: async (name) => refuse(`the store ${name}`),
    part: (name) => refuse(`the part ${name}`),
    down: async () => undefined,
  };
};
