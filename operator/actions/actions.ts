import type { Clock } from '@howdah/core/clock';
import { describeError, HowdahError } from '@howdah/core/errors';
import { type ActionStatus, type PostgresAction, postgresAction } from '@howdah/kinds/postgres-action';
import type { ClusterSpec } from '@howdah/kinds/postgres-cluster';
import type { KubeApi } from '@howdah/kube/api';
import type { Events } from '@howdah/kube/events';
import type { KubeObject } from '@howdah/kube/object';
import { writeStatus } from '@howdah/kube/write-status';
import type { PatroniOrder } from '@howdah/patroni/client';
import { type Fleet, primaryOf } from '@howdah/status/fleet';
import { type BackupRequest, secondsOf } from '../backups/requests.ts';
import type { Mirrors } from '../mirrors.ts';
import type { AskPatroni } from '../observe/patroni.ts';
import type { MemberPod } from '../observe/pods.ts';
import { expireOutcome, expireRequest } from './expire.ts';
import { refusal } from './refusal.ts';
import { lateRestart, nextRestart, unrestarted } from './restart.ts';

export interface ActionsInput {
  readonly api: KubeApi;
  readonly mirrors: Mirrors;
  readonly events: Pick<Events, 'tell'>;
  readonly clock: Clock;
}

/** A cluster as one look found it. */
export interface Scene {
  readonly namespace: string;
  readonly name: string;
  readonly pods: readonly MemberPod[];
  readonly fleet: Fleet;
  /** Whether pods still wait for their new template. */
  readonly rolling: boolean;
  readonly patroni: AskPatroni;
  /** Why no server can be started with the certificate. */
  readonly wrongCertificate: readonly string[];
  readonly backup: ClusterSpec['backup'];
}

interface Open {
  readonly object: KubeObject;
  readonly action: PostgresAction;
}

/** So long an action may be there before the cluster that was made along with it. */
const orphanAfterMs = 10_000;

/** Does each PostgresAction once, one after the other in each cluster. */
export class Actions {
  readonly #input: ActionsInput;

  constructor(input: ActionsInput) {
    this.#input = input;
  }

  /** Those that have not ended, in the order in which they are done: a failover waits for nobody, the rest by age. */
  #open(namespace: string, cluster: string): readonly Open[] {
    return [...this.#input.mirrors.actions.values()]
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map((object) => ({ object, action: postgresAction.parse(object) }))
      .filter(({ action: { spec, status } }) => spec.cluster === cluster && status.endedAt === undefined)
      .toSorted(
        (a, b) =>
          Number(isFailover(b)) - Number(isFailover(a)) ||
          (a.object.metadata.creationTimestamp ?? '').localeCompare(
            b.object.metadata.creationTimestamp ?? '',
          ),
      );
  }

  /** The one that is to be done to members now. */
  #onMembers(namespace: string, cluster: string): Open | undefined {
    return this.#open(namespace, cluster).find((open) => !isExpire(open));
  }

  /** The one that is to be done in the repositories now: it may wait for hours, and keeps nobody else waiting. */
  #onRepositories(namespace: string, cluster: string): Open | undefined {
    return this.#open(namespace, cluster).find(isExpire);
  }

  /** Whether somebody asked for what waits for a request: pods that need a new template. */
  releases(namespace: string, cluster: string): boolean {
    const spec = this.#onMembers(namespace, cluster)?.action.spec;
    return spec?.type === 'restart' && spec.member === undefined;
  }

  /** What the agents are asked for by an action that has begun. */
  requests(namespace: string, cluster: string, backup: ClusterSpec['backup']): readonly BackupRequest[] {
    const action = this.#onRepositories(namespace, cluster)?.action;
    return action === undefined ? [] : expireRequest(action, backup);
  }

  /** @returns whether one is under way, and worth another look soon. */
  async look(scene: Scene, signal: AbortSignal): Promise<boolean> {
    const { namespace, name } = scene;
    const open = [this.#onMembers(namespace, name), this.#onRepositories(namespace, name)];
    for (const each of open) if (each !== undefined) await this.#take(each, scene, signal);
    return open.some((each) => each !== undefined);
  }

  /**
   * The cluster that they name is not there: nobody else would say so.
   *
   * @returns whether it may only not have been seen yet: the kinds are watched apart.
   */
  async orphaned(namespace: string, cluster: string, signal: AbortSignal): Promise<boolean> {
    const message = `there is no PostgresCluster ${cluster} in ${namespace}`;
    const now = this.#input.clock.now().getTime();
    const isYoung = ({ object }: Open) =>
      now - Date.parse(object.metadata.creationTimestamp ?? '') < orphanAfterMs;
    const open = this.#open(namespace, cluster);
    for (const each of open)
      if (!isYoung(each)) await this.#tell(each, { phase: 'Refused', message }, signal);
    return open.some(isYoung);
  }

  async #take(open: Open, scene: Scene, signal: AbortSignal): Promise<void> {
    const { phase } = open.action.status;
    const { type } = open.action.spec;
    if (phase === undefined) await this.#begin(open, scene, signal);
    else if (type === 'restart') await this.#goOn(open, scene, signal);
    else if (type === 'expire') await this.#follow(open, scene, signal);
    else await this.#tell(open, this.#interrupted(open, scene), signal);
  }

  async #begin(open: Open, scene: Scene, signal: AbortSignal): Promise<void> {
    const { spec } = open.action;
    const why = refusal(spec, scene.fleet, scene.backup, scene.wrongCertificate);
    if (why !== undefined) return this.#tell(open, { phase: 'Refused', message: why }, signal);
    const before = spec.type === 'restart' ? await scene.patroni.starts(scene.pods, signal) : undefined;
    // Told before it is done: whoever takes over must know that it may have been done.
    await this.#write(
      open,
      { phase: 'Running', startedAt: this.#now(), ...(before === undefined ? {} : { before }) },
      signal,
    );
    const order = orderOf(open.action, scene.fleet);
    if (order === undefined) return;
    try {
      await scene.patroni.order(order.to, order.order, scene.pods, signal);
      await this.#tell(open, { phase: 'Done', message: order.done }, signal);
    } catch (error) {
      if (!(error instanceof HowdahError)) throw error;
      await this.#tell(open, { phase: 'Failed', message: describeError(error) }, signal);
    }
  }

  async #goOn(open: Open, scene: Scene, signal: AbortSignal): Promise<void> {
    const { spec, status } = open.action;
    const late = lateRestart(status, this.#input.clock.now());
    if (scene.rolling && !late) return;
    const now = await scene.patroni.starts(scene.pods, signal);
    const { pods, fleet } = scene;
    const next = nextRestart({ pods, fleet, only: spec.member, before: status.before ?? {}, now });
    if (next.step === 'done')
      return this.#tell(
        open,
        { phase: 'Done', message: `${spec.member ?? 'every member'} was restarted` },
        signal,
      );
    if (late) return this.#tell(open, { phase: 'Failed', message: unrestarted(next) }, signal);
    if (next.step === 'wait') return;
    try {
      await scene.patroni.order(next.member, { order: 'restart' }, pods, signal);
    } catch (error) {
      if (!(error instanceof HowdahError)) throw error;
      await this.#tell(open, { phase: 'Failed', message: `${next.member}: ${describeError(error)}` }, signal);
    }
  }

  /** The agents do it; {@link requests} asks them. */
  async #follow(open: Open, { fleet }: Scene, signal: AbortSignal): Promise<void> {
    const outcome = expireOutcome(open.action, fleet, this.#input.clock.now());
    if (outcome === undefined) return;
    if (outcome.phase === 'Running') await this.#write(open, outcome, signal);
    else await this.#tell(open, outcome, signal);
  }

  /** The operator ended while it was done; what came of it can be seen, but it is not done again. */
  #interrupted({ action: { spec } }: Open, { fleet }: Scene): ActionStatus {
    const primary = primaryOf(fleet)?.name;
    return spec.candidate !== undefined && spec.candidate === primary
      ? { phase: 'Done', message: `${primary} is primary` }
      : {
          phase: 'Failed',
          message: `the operator ended while it was done; the primary is ${primary ?? 'not known'}. If it is still wanted, make a new action`,
        };
  }

  async #tell(open: Open, status: ActionStatus, signal: AbortSignal): Promise<void> {
    await this.#write(open, { ...status, endedAt: this.#now() }, signal);
    const { phase = 'Done', message = '' } = status;
    await this.#input.events.tell(
      open.object,
      {
        type: phase === 'Done' ? 'Normal' : 'Warning',
        reason: phase,
        action: open.action.spec.type,
        note: message,
      },
      signal,
    );
  }

  async #write({ object, action }: Open, status: ActionStatus, signal: AbortSignal): Promise<void> {
    await writeStatus(this.#input.api, object, { ...action.status, ...status }, signal);
  }

  #now(): string {
    return secondsOf(this.#input.clock.now().toISOString());
  }
}

const isFailover = ({ action }: Open): boolean => action.spec.type === 'failover';
const isExpire = ({ action }: Open): boolean => action.spec.type === 'expire';

interface Order {
  /** Whose Patroni is asked. */
  readonly to: string;
  readonly order: PatroniOrder;
  readonly done: string;
}

/** What Patroni is to be told; undefined for what takes several looks. */
const orderOf = ({ spec }: PostgresAction, fleet: Fleet): Order | undefined => {
  const primary = primaryOf(fleet)?.name ?? '';
  const { member = primary, candidate } = spec;
  switch (spec.type) {
    case 'restart':
    case 'expire':
      return undefined;
    case 'switchover':
      return {
        to: primary,
        order: { order: 'switchover', leader: primary, ...(candidate === undefined ? {} : { candidate }) },
        done: `${primary} gave the cluster over${candidate === undefined ? '' : ` to ${candidate}`}`,
      };
    case 'failover':
      return {
        to: candidate ?? '',
        order: { order: 'failover', candidate: candidate ?? '' },
        done: `${candidate} is primary`,
      };
    case 'reload':
      return { to: member, order: { order: 'reload' }, done: `${member} reads its configuration again` };
    case 'reinitialize':
      return {
        to: member,
        order: { order: 'reinitialize', force: true },
        done: `${member} gets its data anew`,
      };
  }
};
