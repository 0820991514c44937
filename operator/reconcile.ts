import type { Clock } from '@howdah/core/clock';
import { HowdahError } from '@howdah/core/errors';
import type { KubeApi } from '@howdah/kube/api';
import type { Events } from '@howdah/kube/events';
import type { KubeObject } from '@howdah/kube/object';
import { resourceOf, resources } from '@howdah/kube/resource';
import { type Fleet, freshness, primaryOf } from '@howdah/status/fleet';
import * as z from 'zod';
import type { Actions } from './actions/actions.ts';
import { type PostgresCluster, postgresCluster } from './api/postgres-cluster.ts';
import { growVolumes } from './apply/grow-volumes.ts';
import type { Settler } from './apply/settler.ts';
import { takeRollStep } from './apply/take-roll-step.ts';
import type { StatusTeller } from './apply/tell-status.ts';
import { touchPods } from './apply/touch-pods.ts';
import type { Backups } from './backups/backups.ts';
import { requestsOf } from './backups/requests.ts';
import { agentConfigs } from './desire/agent-configs.ts';
import { type Desired, desire } from './desire/desire.ts';
import { dynamicConfig } from './desire/patroni-config.ts';
import { parameterProblems } from './desire/postgres-files.ts';
import { type Images, namesOf, type Wanted } from './desire/wanted.ts';
import { operatorErrors } from './errors.ts';
import type { Mirrors } from './mirrors.ts';
import { readFleet } from './observe/fleet.ts';
import type { Logins } from './observe/logins.ts';
import { missingSecrets, readSecrets, secretNeeds } from './observe/named-secrets.ts';
import { type AskPatroni, askPatroni } from './observe/patroni.ts';
import { type MemberPod, memberPod } from './observe/pods.ts';
import { readStorage } from './observe/surroundings.ts';
import { statusOf } from './plan/conditions.ts';
import { nextParameterRestart, waitingMembers } from './plan/parameter-restart.ts';
import { configProblems, refusals } from './plan/refusals.ts';
import { nextRollStep, type RollStep } from './plan/roll.ts';
import { beforeScaleIn, keepingAll } from './plan/scale-in.ts';
import { unseenBy } from './plan/seen.ts';
import { isWindowOpen } from './plan/window.ts';
import type { Users } from './users/users.ts';

export interface ReconcilerInput {
  readonly api: KubeApi;
  readonly mirrors: Mirrors;
  readonly settler: Settler;
  readonly users: Users;
  readonly logins: Logins;
  readonly events: Events;
  readonly statusTeller: StatusTeller;
  readonly images: Images;
  readonly hasPodMonitor: boolean;
  readonly actions: Actions;
  readonly backups: Backups;
  readonly clock: Clock;
}

/** Something is on its way, or was just done: look again soon. */
const soonMs = 1_000;
/** Nothing is: the agents are asked how it goes, and Secrets of others are read again. */
const laterMs = 15_000;

/** One cluster of what the operator sees: observe, desire, plan, apply, status. */
export class Reconciler {
  readonly #input: ReconcilerInput;

  constructor(input: ReconcilerInput) {
    this.#input = input;
  }

  /** @returns milliseconds until the next look, if nothing happens before; undefined when the cluster is gone. */
  async look(key: string, signal: AbortSignal): Promise<number | undefined> {
    const { mirrors, settler, users } = this.#input;
    const [namespace = '', name = ''] = key.split('/');
    const object = mirrors.clusters.get(namespace, name);
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) {
      settler.forget(namespace, name);
      users.forget(namespace, name);
      return undefined;
    }
    const cluster = parseCluster(object);
    const pods = mirrors.children(resources.pod, namespace, name).map(memberPod);
    const fleet = await readFleet(pods, this.#input.clock, signal);
    return this.#bring(object, cluster, pods, fleet, signal);
  }

  async #bring(
    object: KubeObject,
    cluster: PostgresCluster,
    pods: readonly MemberPod[],
    fleet: Fleet,
    signal: AbortSignal,
  ): Promise<number> {
    const { api, mirrors, clock } = this.#input;
    const { name, namespace, generation, annotations } = cluster.metadata;
    const wanted = await this.#wanted(cluster, signal);
    const configs = agentConfigs(wanted);
    const storage = await readStorage(api, namespace, cluster.spec, mirrors.storageClasses.values(), signal);
    const missing = missingSecrets(namespace, secretNeeds(cluster.spec), wanted.secrets);
    const refused = refusals(wanted, { ...storage, missingSecrets: missing });
    const paused = annotations['howdah.dev/paused'] !== undefined;

    const before = mirrors.child(resources.configMap, namespace, namesOf(name).agents)?.data;
    const leaving = beforeScaleIn(pods, fleet, cluster.spec.instances);
    const spec = leaving === undefined ? wanted.spec : { ...wanted.spec, instances: keepingAll(pods) };
    const desired = desire(
      { ...wanted, spec },
      configs,
      (before as Record<string, string> | undefined) ?? {},
    );
    const patroni = askPatroni((within) => this.#input.logins.read(namespace, namesOf(name).rest, within));
    const unseen = unseenBy(pods, fleet, desired.mounted);
    const scene = { object, wanted: { ...wanted, spec }, desired, unseen, pods, fleet, patroni };
    const roll = leaving ?? (await this.#nextStep(scene, signal));
    const still = paused || refused.length > 0;
    const onTheWay = still ? false : await this.#apply({ ...scene, roll }, signal);
    const status = statusOf({
      generation,
      instances: cluster.spec.instances,
      withRepositories: cluster.spec.backup.repositories !== undefined,
      paused,
      refusals: refused,
      unseen: unseen.map((pod) => pod.name),
      configProblems: [...parameterProblems(cluster.spec), ...configProblems(configs)],
      pods,
      fleet,
      roll,
      before: cluster.status,
      now: clock.now(),
    });
    await this.#input.statusTeller.tell(object, cluster.status, status, signal);
    // Whatever mends it is an event, or a Secret that is read again then.
    if (still) return laterMs;
    const unsettled = onTheWay || !['none', 'held'].includes(roll.step);
    const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
    return unsettled || !ready ? soonMs : laterMs;
  }

  /** New pods first: they bring with them whatever waits for a restart. */
  async #nextStep({ wanted, desired, pods, fleet, patroni }: Scene, signal: AbortSignal): Promise<RollStep> {
    const { namespace, name, spec, images } = wanted;
    const asked = this.#input.actions.releases(namespace, name);
    const policy = {
      updates: asked ? ({ pods: 'automatic' } as const) : spec.updates,
      windowOpen: isWindowOpen(spec.updates, this.#input.clock.now()),
    };
    const { podDigest } = desired;
    const agentImage = images.agent;
    const roll = nextRollStep({ ...policy, pods, fleet, instances: spec.instances, podDigest, agentImage });
    if (roll.step !== 'none' || waitingMembers(fleet).size === 0) return roll;
    return nextParameterRestart({ ...policy, pods, fleet, starts: await patroni.starts(pods, signal) });
  }

  async #wanted({ metadata, spec }: PostgresCluster, signal: AbortSignal): Promise<Wanted> {
    const { api, images, backups, hasPodMonitor } = this.#input;
    const { name, namespace, uid } = metadata;
    const secrets = await readSecrets(api, namespace, secretNeeds(spec), signal);
    const requests = requestsOf(backups.of(namespace, name));
    return { name, namespace, uid, spec, images, secrets, requests, has: { podMonitor: hasPodMonitor } };
  }

  /** @returns whether something is on its way. */
  async #apply(
    { object, wanted, desired, unseen, pods, fleet, patroni, roll }: Scene & { readonly roll: RollStep },
    signal: AbortSignal,
  ): Promise<boolean> {
    const { api, mirrors, logins, events, actions, backups } = this.#input;
    await logins.make(wanted, signal);
    const grown = await growVolumes({ api, mirrors }, wanted, signal);
    for (const each of desired.objects)
      if (grown || each.kind !== resources.statefulSet.kind) await this.#settle(object, each, signal);
    await this.#bringUsers(object, wanted, pods, fleet, signal);
    const primary = runningPrimary(pods, fleet);
    if (primary !== undefined) await patroni.configure(primary, dynamicConfig(wanted.spec), signal);
    const behind = await touchPods(api, wanted.namespace, unseen, desired.mounted.digest, signal);
    const { namespace, name } = wanted;
    const tools = { api, namespace, agentImage: wanted.images.agent, patroni, pods };
    const done = await takeRollStep(roll, tools, signal);
    if (done !== undefined)
      await events.tell(object, { type: 'Normal', reason: 'Rolling', action: roll.step, note: done }, signal);
    const rolling = roll.step !== 'none' && roll.step !== 'held';
    const acting = await actions.look({ namespace, name, pods, fleet, rolling, patroni }, signal);
    const copying = await backups.look(namespace, name, fleet, signal);
    return acting || copying || behind.length > 0;
  }

  async #settle(cluster: KubeObject, wanted: KubeObject, signal: AbortSignal): Promise<void> {
    const { settler, mirrors, events } = this.#input;
    const { name, namespace = '' } = wanted.metadata;
    const live = mirrors.child(resourceOf(wanted), namespace, name);
    const outcome = await settler.settle(wanted, live, signal);
    if (outcome !== 'put-right') return;
    await events.tell(
      cluster,
      {
        type: 'Warning',
        reason: 'PutRight',
        action: 'Apply',
        note: `${wanted.kind} ${name} was changed by hand, and is again as the PostgresCluster says`,
      },
      signal,
    );
  }

  async #bringUsers(
    object: KubeObject,
    wanted: Wanted,
    pods: readonly MemberPod[],
    fleet: Fleet,
    signal: AbortSignal,
  ): Promise<void> {
    const { users, logins, events } = this.#input;
    const accounts = await users.accounts(wanted, signal);
    const pod = runningPrimary(pods, fleet);
    if (pod?.address === undefined) return;
    const { password } = await logins.read(wanted.namespace, namesOf(wanted.name).superuser, signal);
    const primary = { name: pod.name, address: pod.address, password };
    for (const note of await users.bring(wanted, accounts, primary, signal))
      await events.tell(object, { type: 'Normal', reason: 'Users', action: 'Bring', note }, signal);
  }
}

interface Scene {
  readonly object: KubeObject;
  readonly wanted: Wanted;
  readonly desired: Desired;
  /** Whose agents have not seen the newest files yet. */
  readonly unseen: readonly MemberPod[];
  readonly pods: readonly MemberPod[];
  readonly fleet: Fleet;
  readonly patroni: AskPatroni;
}

const runningPrimary = (pods: readonly MemberPod[], fleet: Fleet): MemberPod | undefined => {
  if (freshness(fleet.cluster, fleet) !== 'fresh') return undefined;
  const name = primaryOf(fleet)?.name;
  return pods.find((pod) => pod.name === name && pod.ready);
};

const parseCluster = (object: KubeObject): PostgresCluster => {
  const parsed = postgresCluster.safeParse(object);
  if (parsed.success) return parsed.data;
  throw new HowdahError(
    operatorErrors.unexpectedObject,
    `PostgresCluster ${object.metadata.name}: ${z.prettifyError(parsed.error)}`,
  );
};
