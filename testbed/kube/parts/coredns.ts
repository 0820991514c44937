import { join } from 'node:path';
import { isListening } from '@howdah/testbed-stores/reachable';
import { clusterDomain, nodeAddress, storeDomain, storePorts } from '../addresses.ts';
import { kubeconfigFor } from './kubeconfig-for.ts';
import { kubeStages, type Part } from './part.ts';
import { writeConfig } from './write-config.ts';

/** Names of services, pods and stores; for everything else there is no such name: nothing leaves the machine. */
const corefile = (kubeconfig: string): string => `. {
  bind ${nodeAddress}
  errors
  hosts {
    ${nodeAddress} ${Object.keys(storePorts)
      .map((name) => `${name}.${storeDomain}`)
      .join(' ')}
    ttl 5
    fallthrough
  }
  kubernetes ${clusterDomain} in-addr.arpa ip6.arpa {
    kubeconfig ${kubeconfig}
    pods insecure
    endpoint_pod_names
    ttl 1
  }
}
`;

export const coredns: Part = {
  id: 'coredns',
  stage: kubeStages.controllers,
  prepare: async (context) => {
    const kubeconfig = await kubeconfigFor(context, 'coredns', 'howdah:coredns');
    const config = await writeConfig(context.layout, 'Corefile', corefile(kubeconfig));
    return { file: join(context.programs.node, 'coredns'), args: ['-conf', config] };
  },
  isReady: (_context, signal) => isListening(53, signal, nodeAddress),
  readyWithinMs: 60_000,
};
