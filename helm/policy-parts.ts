import { z } from 'zod';

/** Something of Kubernetes' own, which the API server checks. */
export const kubernetesObject = () => z.record(z.string(), z.unknown());

/** A NetworkPolicyPeer. */
const peer = z.strictObject({
  podSelector: kubernetesObject().optional().describe('Labels of pods.'),
  namespaceSelector: kubernetesObject()
    .optional()
    .describe('Labels of their namespaces; the own one when absent.'),
  ipBlock: kubernetesObject().optional().describe('Addresses.'),
});
export const peers = z.array(peer);

/** A rule of a NetworkPolicy's egress. */
export const networkPolicyRule = z.strictObject({
  to: peers.optional().describe('Where to.'),
  ports: z.array(kubernetesObject()).optional().describe('Ports; all when absent.'),
});

/** Who may call the members, as listed in docs/explanation/architecture.md. */
export const callers = z.strictObject({
  prometheus: peers.describe('The agents’ ports.'),
  operator: peers.describe('Patroni’s REST API and the agents’ ports.'),
  console: peers.describe('The same, to read.'),
  clients: peers.describe('PostgreSQL: applications and poolers.'),
});
