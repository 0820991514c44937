import { clusterMember, type Fleet, primaryOf } from '@howdah/status/fleet';
import type { MemberPod } from '../observe/pods.ts';
import type { RollStep } from './roll.ts';

/** So many replicas as keep everybody who is there: one that is away for a moment must not cost another its place. */
export const keepingAll = (pods: readonly MemberPod[]): number =>
  1 + Math.max(...pods.map(({ ordinal }) => ordinal));

/**
 * What must be done before members may go: a StatefulSet takes away those of the highest numbers, and the primary
 * must not be among them. Undefined when nothing must.
 */
export const beforeScaleIn = (
  pods: readonly MemberPod[],
  fleet: Fleet,
  instances: number,
): RollStep | undefined => {
  const leaving = pods.filter(({ ordinal }) => ordinal >= instances);
  if (leaving.length === 0) return undefined;
  const primary = primaryOf(fleet)?.name;
  if (primary === undefined)
    return { step: 'wait', member: '', reason: 'no primary is known, so that nobody can go' };
  if (!leaving.some(({ name }) => name === primary)) return undefined;
  const heir = pods.find(
    ({ name, ordinal, ready }) =>
      ordinal < instances && ready && clusterMember(fleet, name)?.state === 'streaming',
  );
  return heir === undefined
    ? { step: 'wait', member: primary, reason: 'is primary and would go: no member that stays is streaming' }
    : { step: 'switchover', from: primary, to: heir.name };
};
