import { type AgentName, agentNames } from '@howdah/status/common';
import { clusterMember, type Fleet, freshness, primaryOf } from '@howdah/status/fleet';
import type { MemberPod } from '../observe/pods.ts';
import { mayTouchPrimary, type UpdatePolicy } from './policy.ts';

/** The next thing to do so that the pods become what their template says; one at a time. */
export type RollStep =
  | { readonly step: 'none' }
  /** Something is on its way: look again soon. */
  | { readonly step: 'wait'; readonly member: string; readonly reason: string }
  /** Only the agents’ image differs: the kubelet restarts that container alone. */
  | { readonly step: 'patch-agents'; readonly member: string; readonly startedAt: string }
  | { readonly step: 'replace'; readonly member: string; readonly uid: string }
  /** PostgreSQL in its pod, by Patroni. */
  | { readonly step: 'restart'; readonly member: string }
  | { readonly step: 'switchover'; readonly from: string; readonly to: string }
  /** Allowed, but not by itself: a person or a window decides. */
  | { readonly step: 'held'; readonly member: string; readonly reason: string };

export interface RollInput extends UpdatePolicy {
  readonly pods: readonly MemberPod[];
  readonly fleet: Fleet;
  readonly instances: number;
  /** What pods are to carry in the annotation `howdah.dev/pod`. */
  readonly podDigest: string;
  readonly agentImage: string;
}

/** Bytes of WAL behind which a replica is not taken for a new primary. */
const largestLagBytes = 16 * 1024 * 1024;

export const nextRollStep = (input: RollInput): RollStep => {
  const { pods, fleet, instances, podDigest, agentImage } = input;
  const outdated = pods.filter(({ annotations }) => annotations[digestKey] !== podDigest);
  const oldAgents = pods.filter((pod) => pod.agentImage !== agentImage && !outdated.includes(pod));
  const upgrading = pods.find((pod) => isUpgrading(pod, fleet));
  if (upgrading !== undefined) return { step: 'wait', member: upgrading.name, reason: 'gets new agents' };
  if (outdated.length + oldAgents.length === 0) return { step: 'none' };
  const unready = pods.find(({ ready, ending }) => !ready || ending);
  // A pod that does not come up with the old template may come up with the new one: nothing else mends it.
  if (unready !== undefined) {
    return outdated.includes(unready) && !unready.ending && unready.trouble !== undefined
      ? { step: 'replace', member: unready.name, uid: unready.uid }
      : { step: 'wait', member: unready.name, reason: unready.trouble ?? 'is not ready' };
  }
  if (pods.length < instances) return { step: 'wait', member: '', reason: 'a pod is missing' };
  const [lagging] = notStreaming(input);
  if (lagging !== undefined) return { step: 'wait', member: lagging, reason: 'is not streaming yet' };

  const primary = primaryOf(fleet)?.name;
  if (primary === undefined || freshness(fleet.cluster, fleet) !== 'fresh')
    return { step: 'wait', member: '', reason: 'no primary is known' };
  const [patched] = primaryLast(oldAgents, primary);
  if (patched !== undefined) {
    for (const pod of pods.filter(
      (each) => each.agentImage === agentImage && agentsBeforeKey in each.annotations,
    )) {
      const reason = owed(pod, fleet);
      if (reason !== undefined) return { step: 'wait', member: pod.name, reason };
    }
    return {
      step: 'patch-agents',
      member: patched.name,
      startedAt: patched.agentsStartedAt ?? 'not running',
    };
  }
  const [next] = primaryLast(outdated, primary);
  if (next === undefined) return { step: 'none' };
  if (next.name !== primary) return replicaStep(next, input);
  return primaryStep(next, input);
};

const digestKey = 'howdah.dev/pod';
/** On a pod that got a new image of the agents: when the ones before had been started. */
export const agentsBeforeKey = 'howdah.dev/agents-before';

/** The new agents are there when they were started and have answered. */
const isUpgrading = ({ name, annotations, agentsStartedAt }: MemberPod, fleet: Fleet): boolean => {
  const before = annotations[agentsBeforeKey];
  if (before === undefined) return false;
  const member = fleet.members.find((each) => each.name === name);
  const answers = member !== undefined && freshness(member.agents, fleet) === 'fresh';
  return agentsStartedAt === undefined || agentsStartedAt === before || !answers;
};

/** What the new agents of a pod do not do yet; undefined when they do it all, and the next member may get them. */
const owed = ({ name: member }: MemberPod, fleet: Fleet): string | undefined => {
  const { startedAt = '', agents = {} } =
    fleet.members.find(({ name }) => name === member)?.agents.answer ?? {};
  for (const name of agentNames) {
    const agent = agents[name];
    if (agent === undefined || agent.state === 'off' || isAwayEverywhere(name, member, fleet)) continue;
    if (!agent.ready) return `its new ${name} agent is not ready: ${agent.waitingFor ?? agent.state}`;
    if ((agent.lastProgressAt ?? '') < startedAt) return `its new ${name} agent has done nothing yet`;
  }
  return undefined;
};

/** A store that is away keeps an agent from being ready on every member, whatever its version. */
const isAwayEverywhere = (agent: AgentName, except: string, fleet: Fleet): boolean => {
  const others = fleet.members.filter(
    ({ name, agents }) => name !== except && freshness(agents, fleet) === 'fresh',
  );
  const ready = others.map(({ agents }) => agents.answer?.agents[agent]?.ready === true);
  return ready.length > 0 && !ready.includes(true);
};

/** High ordinals first, as a StatefulSet does; the primary when all others are done. */
const primaryLast = (pods: readonly MemberPod[], primary: string): readonly MemberPod[] =>
  pods.toSorted((a, b) => Number(a.name === primary) - Number(b.name === primary) || b.ordinal - a.ordinal);

const notStreaming = ({ pods, fleet }: RollInput): readonly string[] =>
  pods.flatMap(({ name }) => {
    const member = clusterMember(fleet, name);
    if (member === undefined) return [name];
    if (member.role !== 'replica') return [];
    return member.state === 'streaming' ? [] : [name];
  });

const replicaStep = (pod: MemberPod, { updates }: RollInput): RollStep =>
  updates.pods === 'onRequest'
    ? { step: 'held', member: pod.name, reason: 'spec.updates.pods is onRequest' }
    : { step: 'replace', member: pod.name, uid: pod.uid };

const primaryStep = (pod: MemberPod, input: RollInput): RollStep => {
  const { pods, fleet, updates } = input;
  if (!mayTouchPrimary(input))
    return {
      step: 'held',
      member: pod.name,
      reason:
        updates.pods === 'window'
          ? 'the primary moves in the window of spec.updates'
          : 'the primary moves on request: a PostgresAction of type restart',
    };
  if (pods.length === 1) return { step: 'replace', member: pod.name, uid: pod.uid };
  const candidate = pods.find(({ name }) => {
    const member = clusterMember(fleet, name);
    return member?.role === 'replica' && (member.lagBytes ?? Number.POSITIVE_INFINITY) <= largestLagBytes;
  });
  return candidate === undefined
    ? { step: 'wait', member: pod.name, reason: 'no replica is near enough to become primary' }
    : { step: 'switchover', from: pod.name, to: candidate.name };
};
