import type { ErrorCatalogue } from '@howdah/core/errors';

/** What can go wrong around the Kubernetes that tests run on. */
export const errorCatalogue = {
  rootNeeded: {
    code: 'HOWDAH_KUBE_ROOT_NEEDED',
    meaning: 'The cluster of our own can only be started by root on Linux.',
    remedy: 'Run it as root, or use a cluster you have: ./dev kube up --cluster kind, or --cluster given.',
    retry: 'never',
  },
  packagesMissing: {
    code: 'HOWDAH_KUBE_PACKAGES_MISSING',
    meaning: 'Programs of the distribution that a node needs are not installed.',
    remedy: './dev kube up installs them; or install what is listed.',
    retry: 'never',
  },
  addressesTaken: {
    code: 'HOWDAH_KUBE_ADDRESSES_TAKEN',
    meaning: 'Another cluster of this testbed runs on this machine, and both would use the same addresses.',
    remedy: 'End it with ./dev kube down in the clone it belongs to.',
    retry: 'never',
  },
  ownClusterOnly: {
    code: 'HOWDAH_KUBE_OWN_CLUSTER_ONLY',
    meaning: 'This can be done with the cluster that is started here, and not with one that was given.',
    remedy: 'Leave out --cluster (and HOWDAH_KUBE_CLUSTER).',
    retry: 'never',
  },
  clusterMissing: {
    code: 'HOWDAH_KUBE_CLUSTER_MISSING',
    meaning: 'The cluster that was asked for is not there, or does not answer.',
    remedy: 'The message says which; start it, or leave out --cluster.',
    retry: 'never',
  },
  imageUnusable: {
    code: 'HOWDAH_KUBE_IMAGE_UNUSABLE',
    meaning: 'An image could not be loaded into the cluster.',
    remedy: 'Give an OCI or docker archive that exists and names its image.',
    retry: 'never',
  },
} as const satisfies ErrorCatalogue;
