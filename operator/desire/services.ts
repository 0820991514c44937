import type { Services } from '@howdah/kinds/access';
import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import { ports } from './paths.ts';
import { kept, memberLabels, namesOf, owned, type Wanted } from './wanted.ts';

const clientService = (
  wanted: Wanted,
  name: string,
  { type, port, annotations, loadBalancerSourceRanges }: Services['primary'],
  selector?: object,
): KubeObject => {
  const spec = {
    type,
    ...(selector === undefined ? {} : { selector }),
    ports: [{ name: 'postgresql', protocol: 'TCP', port, targetPort: ports.postgres }],
    ...(loadBalancerSourceRanges === undefined ? {} : { loadBalancerSourceRanges }),
  };
  return owned(wanted, resources.service, name, { spec }, { annotations });
};

/** `<cluster>` without a selector: Patroni itself writes who is primary into its Endpoints. */
export const primaryService = (wanted: Wanted): KubeObject =>
  clientService(wanted, namesOf(wanted.name).primary, wanted.spec.services.primary);

export const replicaService = (wanted: Wanted): KubeObject =>
  clientService(wanted, namesOf(wanted.name).replica, wanted.spec.services.replica, {
    ...memberLabels(wanted.name),
    role: 'replica',
  });

/** One without an address of its own: each member by its name, for Prometheus and for one another. */
export const membersService = (wanted: Wanted): KubeObject =>
  owned(wanted, resources.service, namesOf(wanted.name).members, {
    spec: {
      type: 'ClusterIP',
      clusterIP: 'None',
      // One that is not ready is the one whose metrics are wanted most.
      publishNotReadyAddresses: true,
      selector: memberLabels(wanted.name),
      ports: [
        { name: 'howdah', protocol: 'TCP', port: ports.agents, targetPort: ports.agents },
        { name: 'postgresql', protocol: 'TCP', port: ports.postgres, targetPort: ports.postgres },
      ],
    },
  });

/**
 * Of the Endpoints in which Patroni keeps who was initialised and with what: without a Service Kubernetes would
 * tidy them away, and with them the knowledge whose data lies on volumes that are kept.
 */
export const patroniConfigService = (wanted: Wanted): KubeObject =>
  kept(wanted, resources.service, namesOf(wanted.name).patroniConfigEndpoints, {
    spec: { type: 'ClusterIP', clusterIP: 'None' },
  });
