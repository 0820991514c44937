import { podDigestAnnotation } from '@howdah/operator/desire/stateful-set';
import type { MemberPod } from '@howdah/operator/observe/pods';
import { nextParameterRestart } from '@howdah/operator/plan/parameter-restart';
import { nextRollStep, type RollInput, type RollStep } from '@howdah/operator/plan/roll';
import { beforeScaleIn } from '@howdah/operator/plan/scale-in';
import type { ClusterMember, Fleet } from '@howdah/status/fleet';
import type { PodStep } from './model.ts';

export interface PodsInput extends RollInput {
  readonly cluster: string;
  /** When the window opens next; absent without one. */
  readonly nextWindow?: Date | undefined;
  /** Parameters that would wait for a restart. */
  readonly parameters: readonly string[];
}

type Scene = Pick<RollInput, 'pods' | 'fleet'>;

/**
 * What would be done to the pods, in order: the operator's own decisions, asked one after the other, each on the
 * cluster as the step before leaves it when all goes well.
 */
export const podSteps = (input: PodsInput): readonly PodStep[] => {
  const scaled = scale(input);
  const rolled = roll({ ...input, ...scaled.scene });
  const renewed = new Set(
    [...scaled.steps, ...rolled.steps].filter(({ does }) => does !== newAgents).map(({ member }) => member),
  );
  const restarts = rolled.blocked ? [] : restart({ ...input, ...rolled.scene }, renewed);
  return [...scaled.steps, ...rolled.steps, ...restarts];
};

const newPod = 'gets a new pod';
const newAgents = 'gets new agents in its pod; PostgreSQL runs on';
const nothingYet = 'is waited for';

/** Those that go and those that come, before anything else. */
const scale = ({ cluster, pods, fleet, instances, podDigest, agentImage }: PodsInput) => {
  const steps: PodStep[] = [];
  let scene: Scene = { pods, fleet };
  const leaving = beforeScaleIn(pods, fleet, instances);
  if (leaving?.step === 'switchover') {
    steps.push(becomesPrimary(leaving));
    scene = switched(scene, leaving);
  } else if (leaving?.step === 'wait')
    steps.push({ member: leaving.member || cluster, does: nothingYet, waits: leaving.reason });
  const going = pods.filter(({ ordinal }) => ordinal >= instances).toReversed();
  steps.push(...going.map(({ name }) => ({ member: name, does: 'goes; its volumes stay' })));
  scene = without(scene, going);
  const ordinals = Array.from({ length: instances }, (_, ordinal) => ordinal);
  for (const ordinal of ordinals.filter((each) => !pods.some((pod) => pod.ordinal === each))) {
    const name = `${cluster}-${ordinal}`;
    steps.push({ member: name, does: pods.length === 0 ? 'is made' : 'is made, as a replica' });
    if (pods.length > 0) scene = joined(scene, madeMember(name, ordinal, podDigest, agentImage));
  }
  return { steps, scene };
};

/** Each member has at most a switchover and a new pod or new agents. */
const mostSteps = (pods: readonly MemberPod[]): number => 3 * pods.length + 1;

const roll = (
  input: PodsInput,
): { readonly steps: readonly PodStep[]; readonly scene: Scene; readonly blocked: boolean } => {
  const steps: PodStep[] = [];
  let scene: Scene = input;
  for (let count = 0; count < mostSteps(input.pods); count += 1) {
    const next = nextRollStep({ ...input, ...scene });
    if (next.step === 'none') break;
    if (next.step === 'wait') {
      steps.push({ member: next.member || input.cluster, does: nothingYet, waits: next.reason });
      return { steps, scene, blocked: true };
    }
    if (next.step === 'switchover') {
      steps.push(becomesPrimary(next));
      scene = switched(scene, next);
      continue;
    }
    steps.push(memberStep(next, input));
    scene = renewed(scene, next.member, input);
  }
  return { steps, scene, blocked: false };
};

type OfMember = Extract<RollStep, { readonly step: 'replace' | 'patch-agents' | 'held' | 'restart' }>;

const memberStep = (next: OfMember, { nextWindow }: PodsInput, does = newPod): PodStep => ({
  member: next.member,
  does: next.step === 'patch-agents' ? newAgents : does,
  ...(next.step === 'held'
    ? {
        waits: nextWindow === undefined ? next.reason : `${next.reason}, next at ${nextWindow.toISOString()}`,
      }
    : {}),
});

/** Those that get no new pod anyway. */
const restart = (input: PodsInput, renewedOnes: ReadonlySet<string>): readonly PodStep[] => {
  const { parameters, pods, fleet } = input;
  const waiting = new Map(
    parameters.length === 0
      ? []
      : pods.filter(({ name }) => !renewedOnes.has(name)).map(({ name }) => [name, 1] as const),
  );
  const steps: PodStep[] = [];
  while (waiting.size > 0) {
    const starts = Object.fromEntries([...waiting.keys()].map((name) => [name, new Date(0).toISOString()]));
    const next = nextParameterRestart({ ...input, fleet, waiting, starts });
    if (next.step === 'wait')
      return [...steps, { member: next.member, does: nothingYet, waits: next.reason }];
    if (next.step !== 'restart' && next.step !== 'held') break;
    steps.push(memberStep(next, input, `is restarted for ${parameters.join(', ')}`));
    waiting.delete(next.member);
  }
  return steps;
};

const becomesPrimary = ({ from, to }: { readonly from: string; readonly to: string }): PodStep => ({
  member: to,
  does: `becomes primary instead of ${from}`,
});

const withMembers = (fleet: Fleet, members: readonly ClusterMember[]): Fleet => ({
  ...fleet,
  cluster: { ...fleet.cluster, answer: { paused: false, members } },
});
const membersOf = ({ fleet }: Scene): readonly ClusterMember[] => fleet.cluster.answer?.members ?? [];

const switched = (scene: Scene, { from, to }: { readonly from: string; readonly to: string }): Scene => ({
  ...scene,
  fleet: withMembers(
    scene.fleet,
    membersOf(scene).map((member) =>
      member.name === to
        ? { ...member, role: 'primary', state: 'running' }
        : member.name === from
          ? { ...member, role: 'replica', state: 'streaming' }
          : member,
    ),
  ),
});

const without = (scene: Scene, going: readonly MemberPod[]): Scene => {
  const stays = ({ name }: { readonly name: string }) => !going.some((pod) => pod.name === name);
  return {
    pods: scene.pods.filter(stays),
    fleet: {
      ...withMembers(scene.fleet, membersOf(scene).filter(stays)),
      members: scene.fleet.members.filter(stays),
    },
  };
};

const joined = (scene: Scene, pod: MemberPod): Scene => ({
  pods: [...scene.pods, pod],
  fleet: {
    ...withMembers(scene.fleet, [
      ...membersOf(scene),
      {
        ...{ name: pod.name, role: 'replica', state: 'streaming' },
        synchronous: false,
        lagBytes: 0,
        pendingRestart: false,
      },
    ]),
    members: [
      ...scene.fleet.members,
      { name: pod.name, watched: true, agents: { answeredAt: scene.fleet.now } },
    ],
  },
});

const madeMember = (name: string, ordinal: number, podDigest: string, agentImage: string): MemberPod => ({
  ...{ name, ordinal, uid: name, address: undefined, ready: true, ending: false, agentImage },
  ...{ annotations: { [podDigestAnnotation]: podDigest }, agentsStartedAt: undefined, trouble: undefined },
  tlsSecret: undefined,
});

const renewed = ({ pods, fleet }: Scene, member: string, { podDigest, agentImage }: PodsInput): Scene => ({
  fleet,
  pods: pods.map((pod) =>
    pod.name === member
      ? {
          ...pod,
          agentImage,
          ready: true,
          trouble: undefined,
          annotations: { [podDigestAnnotation]: podDigest },
        }
      : pod,
  ),
});
