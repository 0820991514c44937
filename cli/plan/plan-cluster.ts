import type { Clock } from '@howdah/core/clock';
import type { PostgresCluster } from '@howdah/kinds/postgres-cluster';
import type { KubeApi } from '@howdah/kube/api';
import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import { Actions } from '@howdah/operator/actions/actions';
import { Backups } from '@howdah/operator/backups/backups';
import { agentConfigs } from '@howdah/operator/desire/agent-configs';
import { desire } from '@howdah/operator/desire/desire';
import { dynamicConfig } from '@howdah/operator/desire/patroni-config';
import { type Images, namesOf } from '@howdah/operator/desire/wanted';
import { configMapsIn } from '@howdah/operator/observe/config-maps';
import { type MemberPod, memberPod } from '@howdah/operator/observe/pods';
import { readStorage } from '@howdah/operator/observe/surroundings';
import { parseCluster, readWanted } from '@howdah/operator/observe/wanted';
import { judgeSpec } from '@howdah/operator/plan/judge-spec';
import { updatePolicy } from '@howdah/operator/plan/policy';
import { dueTimes } from '@howdah/schedule/due-times';
import { admit } from './admit.ts';
import { between, differences } from './differences.ts';
import { fleetOf } from './fleet.ts';
import type { ClusterPlan, ObjectPlan } from './model.ts';
import { objectPlans } from './objects.ts';
import { type PodsInput, podSteps } from './pods.ts';
import { needsRestart } from './restart-parameters.ts';
import { readSnapshot } from './snapshot.ts';
import { volumePlans } from './volumes.ts';

export interface PlanTools {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly images: Images;
}

/** What would be done to one cluster: the operator's own look at it, up to where it would write. */
export const planCluster = async (
  { api, clock, images }: PlanTools,
  manifest: KubeObject,
  signal: AbortSignal,
): Promise<ClusterPlan> => {
  const { name, namespace = '' } = manifest.metadata;
  const live = await api.get(resources.postgresCluster, { namespace, name }, signal);
  const admission = await admit(api, manifest, live, signal);
  if (!admission.admitted) return { ...nothing(namespace, name), refusals: [admission.why] };

  const cluster = parseCluster(admission.object);
  const mirrors = await readSnapshot(api, namespace, name, signal);
  const told = { api, mirrors, clock, events: { tell: async () => undefined } };
  const [actions, backups] = [new Actions(told), new Backups(told)];
  const members = mirrors.children(resources.pod, namespace, name).map(memberPod);
  const wanted = await readWanted({ api, mirrors, images, actions, backups }, cluster, members, signal);
  const configs = agentConfigs(wanted);
  const storage = await readStorage(api, namespace, cluster.spec, mirrors.storageClasses.values(), signal);
  const { refusals, configProblems } = judgeSpec(wanted, configs, storage);
  const plan: ClusterPlan = {
    ...nothing(namespace, name),
    ...{ refusals, configProblems },
    paused: cluster.metadata.annotations['howdah.dev/paused'] !== undefined,
  };
  if (refusals.length > 0) return plan;

  const desired = desire(wanted, configs, configMapsIn(mirrors, namespace));
  const objects = await objectPlans({ api, mirrors, wanted, desired }, signal);
  const own: ObjectPlan = ownPlan(live, admission.object);
  return {
    ...plan,
    objects: [own, ...objects],
    patroni: live === undefined ? [] : patroniDifferences(parseCluster(live), cluster),
    pods: podSteps({
      ...podsOf(cluster, members, clock.now(), actions.releases(namespace, name)),
      ...{ podDigest: desired.podDigest, agentImage: images.agent },
      parameters: restartsFor(objects, cluster),
    }),
    volumes: await volumePlans({ api, mirrors }, wanted, signal),
    users: cluster.spec.users.map((user) => ({ name: user.name, databases: user.databases })),
  };
};

const nothing = (namespace: string, name: string): ClusterPlan => ({
  ...{ namespace, name, refusals: [], configProblems: [], paused: false },
  ...{ objects: [], patroni: [], pods: [], volumes: [], users: [] },
});

const ownPlan = (live: KubeObject | undefined, admitted: KubeObject): ObjectPlan => {
  const { kind, metadata } = admitted;
  const found = live === undefined ? [] : differences(live, admitted);
  const what = live === undefined ? 'made' : found.length > 0 ? 'changed' : 'stays';
  return { kind, name: metadata.name, what, differences: found };
};

const patroniDifferences = (live: PostgresCluster, cluster: PostgresCluster) =>
  between(dynamicConfig(live.spec), dynamicConfig(cluster.spec));

/** @param asked whether somebody asked for what waits for a request. */
const podsOf = (
  { metadata, spec, status }: PostgresCluster,
  pods: readonly MemberPod[],
  now: Date,
  asked: boolean,
): Omit<PodsInput, 'podDigest' | 'agentImage' | 'parameters'> => {
  const { window } = spec.updates;
  return {
    ...{ cluster: metadata.name, pods, fleet: fleetOf(status, pods, now), instances: spec.instances },
    ...updatePolicy(spec.updates, asked, now),
    nextWindow: window && dueTimes(window.cron, window.timeZone).next(now),
  };
};

/** Parameters of postgresql.conf that would change, and take effect only when the server is started. */
const restartsFor = (
  objects: readonly ObjectPlan[],
  { metadata, spec }: PostgresCluster,
): readonly string[] =>
  objects
    .filter(({ kind, name }) => kind === 'ConfigMap' && name === namesOf(metadata.name).postgres)
    .flatMap((object) => object.differences)
    .map(({ path }) => path.replace(/^[^:]+: /, ''))
    .filter((parameter) => needsRestart(parameter, spec.postgres.version));
