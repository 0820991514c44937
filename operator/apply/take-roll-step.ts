import type { KubeApi } from '@howdah/kube/api';
import { resources } from '@howdah/kube/resource';
import type { AskPatroni } from '../observe/patroni.ts';
import type { MemberPod } from '../observe/pods.ts';
import { agentsBeforeKey, type RollStep } from '../plan/roll.ts';

/** The agents’ image in a running pod is one field, which is ours alone. */
const imageManager = 'howdah-operator-agents';

export interface RollTools {
  readonly api: KubeApi;
  readonly namespace: string;
  readonly agentImage: string;
  readonly patroni: AskPatroni;
  readonly pods: readonly MemberPod[];
}

/** @returns what was done, in words; undefined when nothing was. */
export const takeRollStep = async (
  roll: RollStep,
  { api, namespace, agentImage, patroni, pods }: RollTools,
  signal: AbortSignal,
): Promise<string | undefined> => {
  switch (roll.step) {
    case 'none':
    case 'wait':
    case 'held':
      return undefined;
    case 'patch-agents':
      await api.apply(
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: {
            name: roll.member,
            namespace,
            annotations: { [agentsBeforeKey]: roll.startedAt },
          },
          spec: { initContainers: [{ name: 'howdah', image: agentImage }] },
        },
        { fieldManager: imageManager, force: true },
        signal,
      );
      return `${roll.member} gets the agents of ${agentImage}; PostgreSQL runs on`;
    case 'replace':
      await api.remove(resources.pod, { namespace, name: roll.member }, { uid: roll.uid }, signal);
      return `${roll.member} gets a new pod`;
    case 'restart':
      await patroni.order(roll.member, { order: 'restart' }, pods, signal);
      return `PostgreSQL on ${roll.member} was restarted, so that its parameters take effect`;
    case 'switchover':
      await patroni.order(
        roll.from,
        { order: 'switchover', leader: roll.from, candidate: roll.to },
        pods,
        signal,
      );
      return `${roll.to} becomes primary, so that ${roll.from} can get a new pod`;
  }
};
