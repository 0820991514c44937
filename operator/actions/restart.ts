import type { ActionStatus } from '@howdah/kinds/postgres-action';
import { clusterMember, type Fleet, primaryOf } from '@howdah/status/fleet';
import type { MemberPod } from '../observe/pods.ts';

/** When PostgreSQL of each member was started, in Patroni’s words; absent where it does not answer. */
export type Starts = Readonly<Record<string, string>>;

export type RestartStep =
  | { readonly step: 'restart'; readonly member: string }
  | { readonly step: 'wait'; readonly reason: string }
  | { readonly step: 'done' };

export interface RestartInput {
  readonly pods: readonly MemberPod[];
  readonly fleet: Fleet;
  /** Who is to be restarted; everybody when absent. */
  readonly only: string | undefined;
  readonly before: Starts;
  readonly now: Starts;
}

/**
 * The next restart of one that has not been restarted: replicas first, the primary last, one at a time. That a
 * member was restarted is seen by its start, which is another one than before.
 */
export const nextRestart = ({ pods, fleet, only, before, now }: RestartInput): RestartStep => {
  const primary = primaryOf(fleet)?.name;
  if (primary === undefined) return { step: 'wait', reason: 'no primary is known' };
  const settled = pods.every(({ name, ready }) => {
    const member = clusterMember(fleet, name);
    return ready && now[name] !== undefined && (member?.state === 'streaming' || member?.state === 'running');
  });
  if (!settled) return { step: 'wait', reason: 'not every member is back' };
  const [next] = pods
    .map(({ name }) => name)
    .filter((name) => (only === undefined || name === only) && now[name] === before[name])
    .toSorted((a, b) => Number(a === primary) - Number(b === primary) || b.localeCompare(a));
  return next === undefined ? { step: 'done' } : { step: 'restart', member: next };
};

/** A member that is gone would keep every later action waiting. */
const patienceMs = 3_600_000;

export const lateRestart = ({ startedAt }: Pick<ActionStatus, 'startedAt'>, now: Date): boolean =>
  startedAt !== undefined && now.getTime() - Date.parse(startedAt) > patienceMs;

/** Why a restart has not come to its end. */
export const unrestarted = (next: Exclude<RestartStep, { step: 'done' }>): string =>
  `not done within an hour: ${next.step === 'wait' ? next.reason : `${next.member} still waits`}; what waits for a restart goes on by spec.updates`;
