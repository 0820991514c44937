import { describeError, HowdahError } from '@howdah/core/errors';
import type { KubeApi } from '@howdah/kube/api';
import type { Events } from '@howdah/kube/events';
import type { KubeObject } from '@howdah/kube/object';
import { resourceOf, resources } from '@howdah/kube/resource';
import type { Settler } from '@howdah/kube/settler';
import { type Fleet, freshness, primaryOf } from '@howdah/status/fleet';
import type { Actions } from './actions/actions.ts';
import { growVolumes } from './apply/grow-volumes.ts';
import { takeRollStep } from './apply/take-roll-step.ts';
import { touchPods } from './apply/touch-pods.ts';
import type { Backups } from './backups/backups.ts';
import type { Desired } from './desire/desire.ts';
import { dynamicConfig } from './desire/patroni-config.ts';
import { namesOf, type Wanted } from './desire/wanted.ts';
import type { Mirrors } from './mirrors.ts';
import type { Logins } from './observe/logins.ts';
import { trustOf } from './observe/member-patroni.ts';
import type { AskPatroni } from './observe/patroni.ts';
import type { MemberPod } from './observe/pods.ts';
import { waitingMembers } from './plan/parameter-restart.ts';
import type { RollStep } from './plan/roll.ts';
import type { Users } from './users/users.ts';

export interface BringerInput {
  readonly api: KubeApi;
  readonly mirrors: Mirrors;
  readonly settler: Settler;
  readonly users: Users;
  readonly logins: Logins;
  readonly events: Events;
  readonly actions: Actions;
  readonly backups: Backups;
}

/** One cluster as a look found it, and what it is to be. */
export interface Scene {
  readonly object: KubeObject;
  readonly wanted: Wanted;
  readonly desired: Desired;
  /** Whose agents have not seen the newest files yet. */
  readonly unseen: readonly MemberPod[];
  readonly pods: readonly MemberPod[];
  readonly fleet: Fleet;
  readonly patroni: AskPatroni;
  /** Why no server can be started with the certificate. */
  readonly wrongCertificate: readonly string[];
  readonly roll: RollStep;
}

type ActingScene = Pick<Scene, 'wanted' | 'pods' | 'fleet' | 'patroni' | 'roll' | 'wrongCertificate'>;

/** The hand of a look: makes what is wanted, and does what was decided. */
export class Bringer {
  readonly #input: BringerInput;

  constructor(input: BringerInput) {
    this.#input = input;
  }

  /** @returns whether something is on its way. */
  async bring(
    { object, wanted, desired, unseen, pods, fleet, patroni, roll, wrongCertificate }: Scene,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { api, mirrors, logins, events } = this.#input;
    await logins.make(wanted, signal);
    const grown = await growVolumes({ api, mirrors }, wanted, signal);
    for (const each of desired.objects)
      if (grown || each.kind !== resources.statefulSet.kind) await this.#settle(object, each, signal);
    const primary = runningPrimary(pods, fleet);
    if (primary !== undefined) await patroni.configure(primary, dynamicConfig(wanted.spec), signal);
    const behind = await touchPods(api, wanted.namespace, unseen, desired.mounted.digest, signal);
    const { namespace } = wanted;
    const tools = { api, namespace, agentImage: wanted.images.agent, patroni, pods };
    const done = await takeRollStep(roll, tools, signal);
    const [topic, action] = ['Rolling', roll.step];
    if (done !== undefined)
      await events.tell(object, { type: 'Normal', reason: topic, action, note: done, topic }, signal);
    if (roll.step === 'none') events.turned(object, topic);
    const acting = await this.act({ wanted, pods, fleet, patroni, roll, wrongCertificate }, signal);
    // A server that lets nobody in keeps nothing else from being done.
    await this.#bringUsers(object, wanted, pods, fleet, signal);
    return acting || behind.length > 0;
  }

  /** Does what is asked for by other kinds, also for a cluster that runs and whose spec is refused now. */
  async act({ wanted, roll, ...scene }: ActingScene, signal: AbortSignal): Promise<boolean> {
    const { namespace, name, spec } = wanted;
    const rolling = roll.step !== 'none' && roll.step !== 'held';
    const about = { ...scene, namespace, name, backup: spec.backup };
    const acting = await this.#input.actions.look({ ...about, rolling }, signal);
    return (await this.#input.backups.look(about, signal)) || acting;
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
    const trust = trustOf(wanted, pod);
    const waitsForRestart = waitingMembers(fleet).has(pod.name);
    const primary = { name: pod.name, address: pod.address, password, trust, waitsForRestart };
    const topic = 'Users';
    const tell = (type: 'Normal' | 'Warning', note: string) =>
      events.tell(object, { type, reason: topic, action: 'Bring', note, topic }, signal);
    try {
      const done = await users.bring(wanted, accounts, primary, signal);
      events.turned(object, topic);
      for (const note of done) await tell('Normal', note);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HowdahError)) throw error;
      await tell('Warning', describeError(error));
    }
  }
}

const runningPrimary = (pods: readonly MemberPod[], fleet: Fleet): MemberPod | undefined => {
  if (freshness(fleet.cluster, fleet) !== 'fresh') return undefined;
  const name = primaryOf(fleet)?.name;
  return pods.find((pod) => pod.name === name && pod.ready);
};
