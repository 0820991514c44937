import { z } from 'zod';

const labels = z.record(z.string(), z.string());
const selector = z.strictObject({
  matchLabels: labels.default({}),
  matchExpressions: z
    .array(
      z.strictObject({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});
type Selector = z.infer<typeof selector>;

const peer = z.strictObject({
  podSelector: selector.optional(),
  namespaceSelector: selector.optional(),
  ipBlock: z.strictObject({ cidr: z.string(), except: z.array(z.string()).default([]) }).optional(),
});
const port = z.strictObject({
  protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
  port: z.int().optional(),
  endPort: z.int().optional(),
});

/** The part of a NetworkPolicy that decides; named ports are refused, since only a pod can resolve them. */
export const networkPolicy = z.looseObject({
  spec: z.strictObject({
    podSelector: selector,
    policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
    ingress: z
      .array(z.strictObject({ from: z.array(peer).default([]), ports: z.array(port).default([]) }))
      .default([]),
    egress: z
      .array(z.strictObject({ to: z.array(peer).default([]), ports: z.array(port).default([]) }))
      .default([]),
  }),
});
export type NetworkPolicy = z.infer<typeof networkPolicy>;

/** A pod, or an address outside of the cluster. */
export type Party =
  | { readonly namespace: string; readonly namespaceLabels: Labels; readonly podLabels: Labels }
  | { readonly address: string };
type Labels = Readonly<Record<string, string>>;

export interface Call {
  readonly from: Party;
  readonly to: Party;
  readonly port: number;
  readonly protocol?: 'TCP' | 'UDP';
}

/**
 * Whether `policies` of `namespace` let a connection through, as the API describes them: a pod that no policy
 * of a direction selects is open in it; otherwise one rule must match; an empty list of peers or ports matches
 * all. Source: k8s.io/api/networking/v1, NetworkPolicySpec.
 */
export const allows = (policies: readonly NetworkPolicy[], namespace: string, call: Call): boolean => {
  const { from, to } = call;
  const selecting = (party: Party, type: 'Ingress' | 'Egress') =>
    policies.filter(
      ({ spec }) =>
        spec.policyTypes.includes(type) &&
        'podLabels' in party &&
        party.namespace === namespace &&
        matches(spec.podSelector, party.podLabels),
    );
  const incoming = selecting(to, 'Ingress');
  const outgoing = selecting(from, 'Egress');
  const matchesRule = (
    peers: readonly z.infer<typeof peer>[],
    ports: readonly z.infer<typeof port>[],
    other: Party,
  ) =>
    (peers.length === 0 || peers.some((one) => isPeer(one, other, namespace))) &&
    (ports.length === 0 || ports.some((one) => isPort(one, call)));
  return (
    (incoming.length === 0 ||
      incoming.some(({ spec }) => spec.ingress.some((rule) => matchesRule(rule.from, rule.ports, from)))) &&
    (outgoing.length === 0 ||
      outgoing.some(({ spec }) => spec.egress.some((rule) => matchesRule(rule.to, rule.ports, to))))
  );
};

const isPeer = (
  { podSelector, namespaceSelector, ipBlock }: z.infer<typeof peer>,
  party: Party,
  namespace: string,
): boolean => {
  if ('address' in party) {
    return (
      ipBlock !== undefined &&
      inNetwork(party.address, ipBlock.cidr) &&
      !ipBlock.except.some((cidr) => inNetwork(party.address, cidr))
    );
  }
  if (ipBlock !== undefined) return false;
  const rightNamespace =
    namespaceSelector === undefined
      ? party.namespace === namespace
      : matches(namespaceSelector, party.namespaceLabels);
  return rightNamespace && (podSelector === undefined || matches(podSelector, party.podLabels));
};

const isPort = (rule: z.infer<typeof port>, { port: wanted, protocol = 'TCP' }: Call): boolean =>
  rule.protocol === protocol &&
  (rule.port === undefined || (wanted >= rule.port && wanted <= (rule.endPort ?? rule.port)));

const matches = ({ matchLabels, matchExpressions }: Selector, found: Labels): boolean =>
  Object.entries(matchLabels).every(([key, value]) => found[key] === value) &&
  matchExpressions.every(({ key, operator, values }) => {
    const value = found[key];
    if (operator === 'Exists') return value !== undefined;
    if (operator === 'DoesNotExist') return value === undefined;
    const among = value !== undefined && values.includes(value);
    return operator === 'In' ? among : !among;
  });

/** IPv4 only: that is all the table needs. */
const inNetwork = (address: string, cidr: string): boolean => {
  const [network = '', length = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(length));
  return Math.floor(numberOf(address) / size) === Math.floor(numberOf(network) / size);
};

const numberOf = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
