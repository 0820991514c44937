import type { MemberRole } from '@howdah/status/backup';
import type { PatroniWord } from '../ports.ts';

/** The last answers about this member's role; times are of the monotonic clock. */
export interface RoleEvidence {
  readonly patroni?: PatroniWord & { readonly atMs: number };
  /** Asked only while Patroni is silent, or where there is no Patroni. */
  readonly postgres?: { readonly inRecovery: boolean; readonly timeline?: number; readonly atMs: number };
}

/**
 * This member's role, and who said so: `held` is the last answer while nobody gives a new one; `nobody`
 * when that has lasted too long.
 */
export interface RoleView {
  readonly role: MemberRole;
  readonly timeline?: number;
  readonly source: 'patroni' | 'postgres' | 'held' | 'nobody';
  /** Why it is not proven that this member holds Patroni's leader lock; absent where it does, or nobody has one. */
  readonly withoutLock?: string;
  /** Of a standby leader: it takes backups, as it was told to. */
  readonly backsUp?: true;
}

/** How a cluster is meant to be judged. */
export interface RoleRules {
  /** There is a Patroni, which alone says who holds the leader lock. */
  readonly hasLock: boolean;
  readonly standbyLeaderBacksUp: boolean;
}

/** One failed or late answer changes nothing; after this long without one PostgreSQL is believed instead. */
export const patienceMs = 5_000;
/** After this long without any answer the role counts as lost. */
export const silenceMs = 15_000;

const plainRules: RoleRules = { hasLock: false, standbyLeaderBacksUp: false };

export const judgeRole = (evidence: RoleEvidence, nowMs: number, rules = plainRules): RoleView => {
  const view = roleBy(evidence, nowMs, rules);
  return rules.standbyLeaderBacksUp && view.role === 'standby_leader' ? { ...view, backsUp: true } : view;
};

const roleBy = (evidence: RoleEvidence, nowMs: number, { hasLock }: RoleRules): RoleView => {
  const { patroni, postgres } = evidence;
  const byPostgres = (source: 'postgres' | 'held'): RoleView => ({
    ...postgresView(evidence, source),
    ...(hasLock ? { withoutLock: 'Patroni is silent, and it alone says who holds its leader lock' } : {}),
  });
  if (patroni !== undefined && nowMs - patroni.atMs <= patienceMs) return patroniView(patroni, 'patroni');
  if (postgres !== undefined && nowMs - postgres.atMs <= patienceMs) return byPostgres('postgres');
  const newerIsPostgres =
    (postgres?.atMs ?? Number.NEGATIVE_INFINITY) > (patroni?.atMs ?? Number.NEGATIVE_INFINITY);
  const newest = newerIsPostgres ? postgres : patroni;
  if (newest === undefined || nowMs - newest.atMs > silenceMs) return { role: 'unknown', source: 'nobody' };
  return 'role' in newest ? patroniView(newest, 'held') : byPostgres('held');
};

const patroniView = (
  { atMs: _, ...word }: NonNullable<RoleEvidence['patroni']>,
  source: 'patroni' | 'held',
): RoleView => ({ ...word, source });

/** That a standby leader is in recovery is as it should be. */
const postgresView = ({ patroni, postgres }: RoleEvidence, source: 'postgres' | 'held'): RoleView => {
  const recovering = patroni?.role === 'standby_leader' ? 'standby_leader' : 'replica';
  return {
    role: postgres?.inRecovery === false ? 'primary' : recovering,
    source,
    ...(postgres?.timeline === undefined ? {} : { timeline: postgres.timeline }),
  };
};

/** Whether backups are for a member of that role. */
export const takesBackups = ({ role, backsUp }: RoleView): boolean => role === 'primary' || backsUp === true;

export type GateDecision = { readonly open: true } | { readonly open: false; readonly because: string };

const closed = (because: string): GateDecision => ({ open: false, because });

/**
 * Whether a run may start here. Only on the primary (or a standby leader that was told to), only on somebody's word of
 * now, and with Patroni's leader lock where there is one. Where it is PostgreSQL's own word alone, a server that was
 * left behind by a failover says "primary" too: then the repository knows a newer timeline.
 */
export const mayStart = (view: RoleView, newestTimeline: number | undefined): GateDecision => {
  if (view.source === 'nobody') return closed('nobody says which role this member has');
  if (!takesBackups(view)) return closed(notTaking(view.role));
  if (view.source === 'held') return closed('waiting for the next word on this member’s role');
  if (view.withoutLock !== undefined) return closed(view.withoutLock);
  if (view.source === 'postgres' && isOlder(view.timeline, newestTimeline)) {
    return closed(`a former primary: timeline ${view.timeline}, the repository has ${newestTimeline}`);
  }
  return { open: true };
};

const notTaking = (role: MemberRole): string =>
  role === 'standby_leader'
    ? 'this member leads a standby cluster, and was not told to take backups (role.standbyLeaderBacksUp)'
    : `this member is ${role}`;

/** Whether PostgreSQL agrees with the role that Patroni names; before a run starts it is asked itself. */
export const agrees = (inRecovery: boolean, role: MemberRole = 'primary'): GateDecision => {
  if (role === 'standby_leader') {
    return inRecovery
      ? { open: true }
      : closed('PostgreSQL was promoted, although Patroni says standby leader');
  }
  return inRecovery
    ? closed('PostgreSQL is in recovery here, although Patroni says primary')
    : { open: true };
};

/**
 * Whether a run that was started on `startedTimeline` may go on. The lock is not asked for any more: who loses it is
 * demoted, but for a paused cluster, where a run goes on for as long as the member is what it was.
 */
export const mayGoOn = (
  view: RoleView,
  startedTimeline: number | undefined,
  startedAs: MemberRole = 'primary',
): GateDecision => {
  if (view.source === 'nobody') {
    return closed(`for ${silenceMs / 1000} s neither Patroni nor PostgreSQL said that this is the primary`);
  }
  if (!takesBackups(view) || view.role !== startedAs) return closed(`this member is ${view.role} now`);
  if (view.source === 'postgres' && isOlder(startedTimeline, view.timeline)) {
    return closed(`the timeline changed from ${startedTimeline} to ${view.timeline}`);
  }
  return { open: true };
};

const isOlder = (timeline: number | undefined, than: number | undefined): boolean =>
  timeline !== undefined && than !== undefined && timeline < than;
