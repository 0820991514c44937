import { HowdahError } from '@howdah/core/errors';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { errorCatalogue } from '../errors.ts';
import type { KubeCluster, StartOptions } from '../kube-cluster.ts';
import { ensureClients } from '../programs.ts';
import { clientsFor } from './clients.ts';
import { notOurs } from './not-ours.ts';

/**
 * The cluster that KUBECONFIG names. It has to have the images already, and its own storage class; stores and
 * broken parts are for the own cluster. Nothing is started or ended.
 */
export const attachToGiven = async ({ tell, signal }: StartOptions): Promise<KubeCluster> => {
  const kubeconfig = process.env.KUBECONFIG;
  if (kubeconfig === undefined || kubeconfig === '')
    throw new HowdahError(errorCatalogue.clusterMissing, 'KUBECONFIG names no cluster');
  const programs = await ensureClients(currentWorkspace(), tell);
  const clients = clientsFor(kubeconfig, programs.clients);
  await clients.kubectl(['version', '--request-timeout=10s'], signal).catch((cause) => {
    throw new HowdahError(errorCatalogue.clusterMissing, `the cluster of ${kubeconfig} does not answer`, {
      cause,
    });
  });
  return {
    origin: 'given',
    kubeconfig,
    nodeAddress: '',
    ...clients,
    ...notOurs('given'),
    loadImage: async (archive) => {
      throw new HowdahError(
        errorCatalogue.ownClusterOnly,
        `${archive} cannot be loaded into a cluster that was given: push it to a registry that the cluster reads`,
      );
    },
  };
};
