import type { Clock } from '@howdah/core/clock';
import type { PostgresCluster } from '@howdah/kinds/postgres-cluster';
import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import type { StatusTeller } from './apply/tell-status.ts';
import { Bringer, type BringerInput, type Scene } from './bring.ts';
import { agentConfigs } from './desire/agent-configs.ts';
import { desire } from './desire/desire.ts';
import { type Images, namesOf, type Wanted } from './desire/wanted.ts';
import { configMapsIn } from './observe/config-maps.ts';
import { readFleet } from './observe/fleet.ts';
import { openPatroniOf } from './observe/member-patroni.ts';
import { askPatroni } from './observe/patroni.ts';
import { type MemberPod, memberPod } from './observe/pods.ts';
import { readStorage } from './observe/surroundings.ts';
import { parseCluster, readWanted } from './observe/wanted.ts';
import { holdingStarts } from './plan/certificate.ts';
import { statusOf } from './plan/conditions.ts';
import { judgeSpec } from './plan/judge-spec.ts';
import { nextParameterRestart, waitingMembers } from './plan/parameter-restart.ts';
import { updatePolicy } from './plan/policy.ts';
import { nextRollStep, type RollStep } from './plan/roll.ts';
import { beforeScaleIn, keepingAll } from './plan/scale-in.ts';
import { unseenBy } from './plan/seen.ts';

export interface ReconcilerInput extends BringerInput {
  readonly statusTeller: StatusTeller;
  readonly images: Images;
  readonly clock: Clock;
}

/** Something is on its way, or was just done: look again soon. */
const soonMs = 1_000;
/** Nothing is: the agents are asked how it goes, and Secrets of others are read again. */
const laterMs = 15_000;

/** One cluster of what the operator sees: observe, desire, plan, apply, status. */
export class Reconciler {
  readonly #input: ReconcilerInput;
  readonly #bringer: Bringer;

  constructor(input: ReconcilerInput) {
    this.#input = input;
    this.#bringer = new Bringer(input);
  }

  /** @returns milliseconds until the next look, if nothing happens before; undefined when the cluster is gone. */
  async look(key: string, signal: AbortSignal): Promise<number | undefined> {
    const { mirrors, settler, users, actions, backups } = this.#input;
    const [namespace = '', name = ''] = key.split('/');
    const object = mirrors.clusters.get(namespace, name);
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) {
      settler.forget(namespace, name);
      users.forget(namespace, name);
      await backups.orphaned(namespace, name, signal);
      return (await actions.orphaned(namespace, name, signal)) ? laterMs : undefined;
    }
    const cluster = parseCluster(object);
    const pods = mirrors.children(resources.pod, namespace, name).map(memberPod);
    const wanted = await readWanted(this.#input, cluster, pods, signal);
    return this.#bring(object, cluster, wanted, pods, signal);
  }

  async #bring(
    object: KubeObject,
    cluster: PostgresCluster,
    wanted: Wanted,
    pods: readonly MemberPod[],
    signal: AbortSignal,
  ): Promise<number> {
    const { api, mirrors, clock } = this.#input;
    const { name, namespace, generation, annotations } = cluster.metadata;
    const open = openPatroniOf(wanted);
    const fleet = await readFleet(pods, open, clock, signal);
    const configs = agentConfigs(wanted);
    const storage = await readStorage(api, namespace, cluster.spec, mirrors.storageClasses.values(), signal);
    const { refusals, configProblems, wrongCertificate } = judgeSpec(wanted, configs, storage);
    const paused = annotations['howdah.dev/paused'] !== undefined;

    const leaving = beforeScaleIn(pods, fleet, cluster.spec.instances);
    const spec = leaving === undefined ? wanted.spec : { ...wanted.spec, instances: keepingAll(pods) };
    const desired = desire({ ...wanted, spec }, configs, configMapsIn(mirrors, namespace));
    const patroni = askPatroni(open, (within) =>
      this.#input.logins.read(namespace, namesOf(name).rest, within),
    );
    const unseen = unseenBy(pods, fleet, desired.mounted);
    const scene = {
      object,
      wanted: { ...wanted, spec },
      desired,
      unseen,
      pods,
      fleet,
      patroni,
      wrongCertificate,
    };
    const roll = holdingStarts(leaving ?? (await this.#nextStep(scene, signal)), wrongCertificate);
    const still = paused || refusals.length > 0;
    const whole = { ...scene, roll: still ? ({ step: 'none' } as const) : roll };
    const onTheWay = paused
      ? false
      : refusals.length > 0
        ? await this.#bringer.act(whole, signal)
        : await this.#bringer.bring(whole, signal);
    const status = statusOf({
      generation,
      instances: cluster.spec.instances,
      withRepositories: cluster.spec.backup.repositories !== undefined,
      paused,
      refusals,
      unseen: unseen.map((pod) => pod.name),
      configProblems,
      pods,
      fleet,
      roll,
      before: cluster.status,
      now: clock.now(),
    });
    await this.#input.statusTeller.tell(object, cluster.status, status, signal);
    // Whatever mends it is an event, or a Secret that is read again then.
    if (still) return onTheWay ? soonMs : laterMs;
    const unsettled = onTheWay || !['none', 'held'].includes(roll.step);
    const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
    // It serves already; what waits for it, and whoever plans by the status, would lose a quarter of a minute.
    const catchesUp = status.members?.some(({ role, state }) => role === 'replica' && state === 'running');
    return unsettled || !ready || catchesUp ? soonMs : laterMs;
  }

  /** New pods first: they bring with them whatever waits for a restart. */
  async #nextStep(
    { wanted, desired, pods, fleet, patroni }: Omit<Scene, 'roll'>,
    signal: AbortSignal,
  ): Promise<RollStep> {
    const { namespace, name, spec, images } = wanted;
    const asked = this.#input.actions.releases(namespace, name);
    const policy = updatePolicy(spec.updates, asked, this.#input.clock.now());
    const { podDigest } = desired;
    const agentImage = images.agent;
    const roll = nextRollStep({ ...policy, pods, fleet, instances: spec.instances, podDigest, agentImage });
    const waiting = waitingMembers(fleet);
    if (roll.step !== 'none' || waiting.size === 0) return roll;
    const starts = await patroni.starts(pods, signal);
    return nextParameterRestart({ ...policy, pods, fleet, waiting, starts });
  }
}
