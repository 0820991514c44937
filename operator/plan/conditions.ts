import type { ClusterStatus, Condition, ConditionType, MemberStatus } from '@howdah/kinds/cluster-status';
import { backupView, usefulNewestFirst } from '@howdah/status/backup-view';
import { clusterMember, type Fleet, primaryOf, roleOf } from '@howdah/status/fleet';
import { judge } from '@howdah/status/judge';
import type { Finding } from '@howdah/status/judge/finding';
import type { MemberPod } from '../observe/pods.ts';
import type { RollStep } from './roll.ts';

export interface StatusInput {
  readonly generation: number;
  readonly instances: number;
  readonly withRepositories: boolean;
  readonly paused: boolean;
  /** Why nothing is made. */
  readonly refusals: readonly string[];
  readonly configProblems: readonly string[];
  /** Members whose agents have not seen the newest files yet. */
  readonly unseen: readonly string[];
  readonly pods: readonly MemberPod[];
  readonly fleet: Fleet;
  readonly roll: RollStep;
  readonly before: ClusterStatus | undefined;
  readonly now: Date;
}

interface Finished {
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
}

const yes = (reason: string, message: string): Finished => ({ status: 'True', reason, message });
const no = (reason: string, message: string): Finished => ({ status: 'False', reason, message });
const unknown = (reason: string, message: string): Finished => ({ status: 'Unknown', reason, message });

/** A status is read by people on narrow terminals and kept by etcd: the worst first, and not all of them. */
const mostWords = 5;
const listed = (words: readonly string[]): string =>
  words.length <= mostWords
    ? words.join('\n')
    : `${words.slice(0, mostWords).join('\n')}\nand ${words.length - mostWords} more`;

/** `status` of a PostgresCluster. A condition that says what it said keeps its time. */
export const statusOf = (input: StatusInput): ClusterStatus => {
  const { fleet, pods, before, generation, now } = input;
  const primary = primaryOf(fleet)?.name;
  const newest = newestBackup(fleet);
  return {
    observedGeneration: generation,
    ...(primary === undefined ? {} : { primary }),
    readyInstances: pods.filter(({ ready }) => ready).length,
    members: pods.map((pod) => memberStatus(pod, input)),
    ...(newest === undefined ? {} : { lastBackup: newest }),
    conditions: Object.entries(conditions(input)).map(([type, finished]) => {
      const earlier = before?.conditions?.find((each) => each.type === type);
      return {
        type,
        ...finished,
        observedGeneration: generation,
        lastTransitionTime:
          earlier?.status === finished.status
            ? earlier.lastTransitionTime
            : now.toISOString().replace(/\.\d+Z$/, 'Z'),
      };
    }),
  };
};

const newestBackup = (fleet: Fleet): string | undefined => {
  const view = backupView(fleet);
  return view === undefined ? undefined : usefulNewestFirst(view.detail)[0]?.label;
};

const memberStatus = (pod: MemberPod, { fleet, roll }: StatusInput): MemberStatus => {
  const member = fleet.members.find(({ name }) => name === pod.name);
  const seen = clusterMember(fleet, pod.name);
  const waits = 'member' in roll && roll.member === pod.name && 'reason' in roll ? roll.reason : undefined;
  return {
    name: pod.name,
    role: member === undefined ? 'unknown' : roleOf(fleet, member),
    state: seen?.state ?? 'unknown',
    ready: pod.ready,
    ...(seen?.timeline === undefined ? {} : { timeline: seen.timeline }),
    ...(waits === undefined ? {} : { waits }),
  };
};

const conditions = (input: StatusInput): Readonly<Record<ConditionType, Finished>> => {
  const { findings } = judge(input.fleet);
  const serious = findings.filter(({ level }) => level !== 'notice');
  return {
    Ready: ready(input),
    Progressing: progressing(input),
    Degraded: degraded(input, serious),
    BackupHealthy: backupHealthy(input, serious),
    ConfigApplied: configApplied(input, findings),
    RestartPending: restartPending(input),
  };
};

const ready = ({ pods, instances, fleet, refusals }: StatusInput): Finished => {
  if (refusals.length > 0) return no('Refused', listed(refusals));
  const primary = primaryOf(fleet);
  const failing = pods.filter(
    ({ ready: isReady, ending, trouble }) => !isReady && !ending && trouble !== undefined,
  );
  if (failing.length > 0) return no('MembersFail', listed(failing.flatMap((pod) => unreadiness(pod, fleet))));
  if (primary === undefined) return no('NoPrimary', 'No member is primary.');
  if (pods.length < instances)
    return no('MembersMissing', `${pods.length} of ${instances} members are there.`);
  const unready = pods.flatMap((pod) => unreadiness(pod, fleet));
  return unready.length === 0
    ? yes('AllReady', `${pods.length} of ${instances} members are ready; ${primary.name} is primary.`)
    : no('MembersNotReady', listed(unready));
};

/** The pod's own word comes up to five seconds late; Patroni knows at once of a server that starts. */
const unreadiness = ({ name, ready: isReady, trouble }: MemberPod, fleet: Fleet): readonly string[] => {
  if (!isReady) return [`${name} is not ready${trouble === undefined ? '' : `: ${trouble}`}`];
  const state = clusterMember(fleet, name)?.state;
  return state === undefined || state === 'running' || state === 'streaming' ? [] : [`${name} is ${state}`];
};

const progressing = ({ refusals, paused, pods, instances, roll }: StatusInput): Finished => {
  if (paused)
    return no('Paused', 'The annotation howdah.dev/paused is set: the operator changes nothing here.');
  if (refusals.length > 0) return no('Refused', 'Nothing is made until the spec can be.');
  if (roll.step !== 'none' && roll.step !== 'held') {
    const words = ['member' in roll ? roll.member : roll.from, 'reason' in roll ? roll.reason : roll.step];
    return yes('Rolling', words.filter((word) => word !== '').join(': '));
  }
  return pods.length === instances && pods.every((pod) => pod.ready)
    ? no('Done', 'Everything is as the spec says.')
    : yes('Starting', `${pods.filter((pod) => pod.ready).length} of ${instances} members are ready.`);
};

const told = ({ says, todo }: Finding): string => `${says} ${todo}`;

const degraded = ({ fleet }: StatusInput, serious: readonly Finding[]): Finished => {
  if (serious.length > 0) return yes('Findings', listed(serious.map(told)));
  return fleet.members.some(({ agents }) => agents.answer !== undefined)
    ? no('AllWell', 'Nothing is wrong.')
    : unknown('NobodyAnswers', 'No agent has answered yet.');
};

const backupHealthy = ({ withRepositories, fleet }: StatusInput, serious: readonly Finding[]): Finished => {
  if (!withRepositories)
    return no('NoRepository', 'There is no backup: spec.backup.repositories says where it would go.');
  const wrong = serious.filter(({ area }) => area === 'backups');
  if (wrong.length > 0) return no('Findings', listed(wrong.map(told)));
  const view = backupView(fleet);
  if (view === undefined) return unknown('NotKnown', 'No backup agent has answered yet.');
  const newest = newestBackup(fleet);
  return newest === undefined
    ? no('NoBackup', 'There is no backup in the repository yet.')
    : yes('BackedUp', `The newest backup in the repository is ${newest}.`);
};

const configApplied = (
  { configProblems, unseen, fleet }: StatusInput,
  findings: readonly Finding[],
): Finished => {
  if (configProblems.length > 0) return no('SpecWrong', listed(configProblems));
  const wrong = findings.filter(({ area, level }) => area === 'configuration' && level !== 'notice');
  if (wrong.length > 0) return no('Findings', listed(wrong.map(told)));
  if (unseen.length > 0)
    return no('Applying', `The newest configuration is on its way to ${unseen.join(', ')}.`);
  const details = fleet.members.map(({ agents }) => agents.answer?.agents['config-reload']?.detail);
  const digests = new Set(details.map((detail) => detail?.desiredDigest));
  if (details.length === 0 || details.some((detail) => detail === undefined))
    return unknown('NotKnown', 'Not every member has said what it runs with.');
  const applied = details.every((detail) => detail?.appliedDigest === detail?.desiredDigest);
  return applied && digests.size === 1
    ? yes('InForce', 'Every member runs with the newest configuration.')
    : no('Applying', 'The newest configuration is on its way to the members.');
};

const restartPending = ({ fleet, roll }: StatusInput): Finished => {
  const waiting = fleet.members.flatMap(({ name, agents }) =>
    (agents.answer?.agents['config-reload']?.detail?.pendingRestart ?? []).map(
      (each) =>
        `${name}: ${each.name} is ${each.actual}, and ${each.desired} after a restart (since ${each.since})`,
    ),
  );
  if (roll.step === 'held') waiting.push(`${roll.member}: ${roll.reason}`);
  return waiting.length === 0
    ? no('NothingWaits', 'No change waits for a restart.')
    : yes('Waiting', listed(waiting));
};
