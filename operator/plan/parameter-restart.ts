import { clusterMember, type Fleet, primaryOf } from '@howdah/status/fleet';
import type { MemberPod } from '../observe/pods.ts';
import { mayTouchPrimary, type UpdatePolicy } from './policy.ts';
import type { RollStep } from './roll.ts';

export interface ParameterRestartInput extends UpdatePolicy {
  readonly pods: readonly MemberPod[];
  readonly fleet: Fleet;
  /** Since when a parameter of each member waits ({@link waitingMembers}). */
  readonly waiting: ReadonlyMap<string, number>;
  /** When PostgreSQL of each member was started; absent where it does not answer. */
  readonly starts: Readonly<Record<string, string>>;
}

/** Members on which a parameter waits for a restart, with since when the oldest one does. */
export const waitingMembers = (fleet: Fleet): ReadonlyMap<string, number> =>
  new Map(
    fleet.members.flatMap(({ name, agents }) => {
      const pending = agents.answer?.agents['config-reload']?.detail?.pendingRestart ?? [];
      return pending.length === 0
        ? []
        : [[name, Math.max(...pending.map(({ since }) => Date.parse(since)))] as const];
    }),
  );

/**
 * The next restart by which parameters take effect, by the same policy as new pods: replicas first, one at a time,
 * the primary where it may. A member that was restarted since and still waits, waits for another one: a replica
 * cannot have fewer connections than the primary had.
 */
export const nextParameterRestart = (input: ParameterRestartInput): RollStep => {
  const { pods, fleet, updates, waiting, starts } = input;
  const due = pods.filter(({ name }) => {
    const since = waiting.get(name);
    const startedAt = starts[name];
    return since !== undefined && startedAt !== undefined && Date.parse(startedAt) < since;
  });
  const primary = primaryOf(fleet)?.name;
  if (due.length === 0 || primary === undefined) return { step: 'none' };
  const away = pods.find(
    ({ name, ready }) =>
      !ready || !['streaming', 'running'].includes(clusterMember(fleet, name)?.state ?? ''),
  );
  if (away !== undefined) return { step: 'wait', member: away.name, reason: 'is not back yet' };
  const replica = due.filter(({ name }) => name !== primary).toSorted((a, b) => b.ordinal - a.ordinal)[0];
  if (replica !== undefined)
    return updates.pods === 'onRequest'
      ? { step: 'held', member: replica.name, reason: 'spec.updates.pods is onRequest' }
      : { step: 'restart', member: replica.name };
  return mayTouchPrimary(input)
    ? { step: 'restart', member: primary }
    : { step: 'held', member: primary, reason: 'parameters wait for a restart of the primary' };
};
