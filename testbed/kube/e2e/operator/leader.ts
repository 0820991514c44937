import { getText } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { samplesOf } from '@howdah/testbed-tools/samples';
import { type Pod, parsePods } from '../patroni/pods.ts';
import { killContainer } from '../trouble/kill-container.ts';
import type { InstalledOperator } from './operator.ts';

/** The operator that holds the lease. */
export const leadingPod = async (operator: InstalledOperator): Promise<Pod> => {
  const holder = ['get', 'lease', 'howdah-operator', '-o', 'jsonpath={.spec.holderIdentity}'];
  const selector = 'app.kubernetes.io/component=operator';
  return waitFor(
    'an operator to lead',
    async () => {
      const pods = parsePods(await operator.kubectl(['get', 'pods', '-l', selector, '-o', 'json']));
      const name = await operator.kubectl(holder);
      return pods.find((pod) => pod.name === name && pod.containers.operator?.ready === true);
    },
    { deadlineMs: 60_000, everyMs: 200, signal: operator.signal, explain: operator.lastWords },
  );
};

/** Kills -9 the operator that holds the lease, and waits until the kubelet has started it again. */
export const killLeader = async (operator: InstalledOperator): Promise<void> => {
  const { kubectl, signal, lastWords } = operator;
  const leader = await leadingPod(operator);
  await killContainer(leader, 'operator', signal);
  await waitFor(
    `${leader.name} to be started again`,
    async () => {
      const [pod] = parsePods(`{"items":[${await kubectl(['get', 'pod', leader.name, '-o', 'json'])}]}`);
      const now = pod?.containers.operator;
      return now?.ready === true && now.containerID !== leader.containers.operator?.containerID;
    },
    { deadlineMs: 60_000, everyMs: 200, signal, explain: lastWords },
  );
};

/** Looks at clusters since this process of the operator was started. */
export const looksOf = async (pod: Pod, outcome: 'done' | 'failed'): Promise<number> => {
  const family = await familyOf(pod, 'howdah_operator_reconciles_total');
  return family.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
};

/** Watches of all kinds that broke off since then, and were begun anew. */
export const watchFailuresOf = async (pod: Pod): Promise<number> =>
  (await familyOf(pod, 'howdah_operator_watch_failures_total')).reduce((sum, { value }) => sum + value, 0);

const familyOf = async ({ address }: Pod, name: string) =>
  samplesOf(await getText(`http://${address}:8080/metrics`, AbortSignal.timeout(5_000)), name);
