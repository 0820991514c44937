import type { ActionSpec } from '@howdah/kinds/postgres-action';
import type { ClusterSpec } from '@howdah/kinds/postgres-cluster';
import { clusterMember, type Fleet, freshness, primaryOf } from '@howdah/status/fleet';
import { expireRefusal } from './expire.ts';

/** Bytes of WAL behind which a replica would lose too much as the new primary. */
const largestLagBytes = 16 * 1024 * 1024;

/** Why an action would be unsafe, or cannot be; undefined when it may go on. */
export const refusal = (
  spec: ActionSpec,
  fleet: Fleet,
  backup: ClusterSpec['backup'],
  certificateProblems: readonly string[],
): string | undefined => {
  if (spec.type === 'expire') return expireRefusal(spec.cluster, backup);
  if (freshness(fleet.cluster, fleet) !== 'fresh')
    return `Patroni does not answer (${fleet.cluster.error ?? 'not asked yet'}), so that nobody knows how the members are`;
  for (const name of [spec.member, spec.candidate])
    if (name !== undefined && clusterMember(fleet, name) === undefined)
      return `${name} is no member of ${spec.cluster}; there are ${membersOf(fleet).join(', ')}`;
  switch (spec.type) {
    case 'switchover':
      return switchoverRefusal(spec, fleet);
    case 'failover':
      return failoverRefusal(spec, fleet);
    case 'reinitialize':
      return spec.member === primaryOf(fleet)?.name
        ? `${spec.member} is primary: its data is the cluster’s. Switch over first`
        : undefined;
    case 'restart':
    case 'reload':
      return certificateRefusal(spec, fleet, certificateProblems);
  }
};

/**
 * PostgreSQL does not start with a key of another certificate, and Patroni ends its REST API before it looks at one. The
 * files in a pod may still be wrong when the Secret is right again, which its agent knows.
 */
const certificateRefusal = (
  { type, member }: ActionSpec,
  fleet: Fleet,
  [problem]: readonly string[],
): string | undefined => {
  if (problem !== undefined) return `no member would survive a ${type}: ${problem}`;
  if (type !== 'reload') return undefined;
  for (const { name, agents } of fleet.members) {
    const seen = agents.answer?.agents['config-reload']?.detail?.certificate?.problem;
    if (seen !== undefined && (member === undefined || name === member))
      return `${name} would not survive a reload with its certificate: ${seen}`;
  }
  return undefined;
};

const membersOf = ({ cluster }: Fleet): readonly string[] =>
  (cluster.answer?.members ?? []).map(({ name }) => name);

const notFit = (fleet: Fleet, name: string): string | undefined => {
  const member = clusterMember(fleet, name);
  if (member?.state !== 'streaming') return `${name} is ${member?.state ?? 'away'}, and not streaming`;
  return (member.lagBytes ?? 0) > largestLagBytes
    ? `${name} is ${member.lagBytes} bytes of WAL behind`
    : undefined;
};

const switchoverRefusal = ({ candidate }: ActionSpec, fleet: Fleet): string | undefined => {
  const primary = primaryOf(fleet)?.name;
  if (primary === undefined)
    return 'there is no primary to switch over from; an action of type failover names a new one';
  if (candidate === primary) return `${primary} is primary already`;
  const candidates =
    candidate === undefined ? membersOf(fleet).filter((name) => name !== primary) : [candidate];
  const unfit = candidates.map((name) => notFit(fleet, name));
  return unfit.includes(undefined) ? undefined : unfit.join('; ') || 'there is no replica';
};

const failoverRefusal = ({ candidate = '' }: ActionSpec, fleet: Fleet): string | undefined => {
  const primary = primaryOf(fleet)?.name;
  if (candidate === primary) return `${primary} is primary already`;
  if (primary !== undefined && clusterMember(fleet, primary)?.state === 'running')
    return `${primary} is primary and well: a switchover loses nothing, a failover may`;
  return undefined;
};
