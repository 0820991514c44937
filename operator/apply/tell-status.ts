import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@howdah/core/clock';
import type { ClusterStatus, Condition } from '@howdah/kinds/cluster-status';
import type { KubeApi } from '@howdah/kube/api';
import type { Events } from '@howdah/kube/events';
import type { KubeObject } from '@howdah/kube/object';
import { writeStatus } from '@howdah/kube/write-status';

export interface StatusTellerInput {
  readonly api: KubeApi;
  readonly events: Pick<Events, 'tell'>;
  readonly clock: Clock;
}

/** Words that count minutes or bytes change with each look; so often is often enough for those who read them. */
const countsEveryMs = 60_000;

/** Writes what was seen of clusters where it is news, and tells of each condition that turned. */
export class StatusTeller {
  readonly #input: StatusTellerInput;
  readonly #wroteMs = new Map<string, number>();
  /** By uid: who was primary last, which the status does not say while there is none. */
  readonly #primaries = new Map<string, string>();

  constructor(input: StatusTellerInput) {
    this.#input = input;
  }

  async tell(
    object: KubeObject,
    before: ClusterStatus | undefined,
    status: ClusterStatus,
    signal: AbortSignal,
  ): Promise<void> {
    const { api, clock } = this.#input;
    if (isDeepStrictEqual(before, status)) return;
    const { uid = '' } = object.metadata;
    const nowMs = clock.monotonicMs();
    const onlyCounts = isDeepStrictEqual(withoutCounts(before), withoutCounts(status));
    if (onlyCounts && nowMs - (this.#wroteMs.get(uid) ?? 0) < countsEveryMs) return;
    await writeStatus(api, object, status, signal);
    this.#wroteMs.set(uid, nowMs);
    await this.#tellOfPrimary(object, before?.primary, status.primary, signal);
    for (const condition of status.conditions ?? [])
      await this.#tellOfTurn(object, condition, before?.conditions ?? [], signal);
  }

  async #tellOfPrimary(
    object: KubeObject,
    before: string | undefined,
    now: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { uid = '' } = object.metadata;
    const was = this.#primaries.get(uid) ?? before;
    const primary = now ?? was;
    if (primary === undefined) return;
    this.#primaries.set(uid, primary);
    if (primary === was) return;
    const note = `${primary} is primary now${was === undefined ? '' : `, was ${was}`}`;
    const happening = { type: 'Normal', reason: 'Primary', action: 'Promote', note } as const;
    await this.#input.events.tell(object, { ...happening, topic: 'primary' }, signal);
  }

  async #tellOfTurn(
    object: KubeObject,
    condition: Condition,
    before: readonly Condition[],
    signal: AbortSignal,
  ): Promise<void> {
    const { type, status, reason, message } = condition;
    const earlier = before.find((each) => each.type === type);
    const sameWords = bare(earlier?.message ?? '') === bare(message);
    // Of what is wrong each new word is news, though not each count in it.
    if (earlier?.status === status && earlier.reason === reason && (sameWords || !isBad(condition))) return;
    await this.#input.events.tell(
      object,
      {
        type: isBad(condition) ? 'Warning' : 'Normal',
        reason: `${type}${status === 'True' ? '' : status}`,
        action: reason,
        note: message,
        topic: type,
      },
      signal,
    );
  }
}

const bare = (words: string): string => words.replaceAll(/\d+/g, '#');

const withoutCounts = (status: ClusterStatus | undefined) =>
  status && {
    ...status,
    conditions: status.conditions?.map(({ message, ...rest }) => ({
      ...rest,
      message: bare(message),
    })),
  };

const isBad = ({ type, status }: Condition): boolean =>
  type === 'Degraded' || type === 'RestartPending'
    ? status === 'True'
    : status === 'False' && type !== 'Progressing';
