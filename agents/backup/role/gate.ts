import type { MemberRole } from '@howdah/status/backup';

/** The last answers about this member's role; times are of the monotonic clock. */
export interface RoleEvidence {
  readonly patroni?: { readonly role: MemberRole; readonly timeline?: number; readonly atMs: number };
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
}

/** One failed or late answer changes nothing; after this long without one PostgreSQL is believed instead. */
export const patienceMs = 5_000;
/** After this long without any answer the role counts as lost. */
export const silenceMs = 15_000;

export const judgeRole = ({ patroni, postgres }: RoleEvidence, nowMs: number): RoleView => {
  if (patroni !== undefined && nowMs - patroni.atMs <= patienceMs) return patroniView(patroni, 'patroni');
  if (postgres !== undefined && nowMs - postgres.atMs <= patienceMs)
    return postgresView(postgres, 'postgres');
  const newerIsPostgres =
    (postgres?.atMs ?? Number.NEGATIVE_INFINITY) > (patroni?.atMs ?? Number.NEGATIVE_INFINITY);
  const newest = newerIsPostgres ? postgres : patroni;
  if (newest === undefined || nowMs - newest.atMs > silenceMs) return { role: 'unknown', source: 'nobody' };
  return 'role' in newest ? patroniView(newest, 'held') : postgresView(newest, 'held');
};

const patroniView = (
  { role, timeline }: NonNullable<RoleEvidence['patroni']>,
  source: 'patroni' | 'held',
): RoleView => ({ role, source, ...(timeline === undefined ? {} : { timeline }) });

const postgresView = (
  { inRecovery, timeline }: NonNullable<RoleEvidence['postgres']>,
  source: 'postgres' | 'held',
): RoleView => ({
  role: inRecovery ? 'replica' : 'primary',
  source,
  ...(timeline === undefined ? {} : { timeline }),
});

export type GateDecision = { readonly open: true } | { readonly open: false; readonly because: string };

const closed = (because: string): GateDecision => ({ open: false, because });

/**
 * Whether a run may start here. Only on the primary, and only on somebody's word of now. Where it is
 * PostgreSQL's own word alone, a server that was left behind by a failover says "primary" too: then the
 * repository knows a newer timeline.
 */
export const mayStart = (view: RoleView, newestTimeline: number | undefined): GateDecision => {
  if (view.source === 'nobody') return closed('nobody says which role this member has');
  if (view.role !== 'primary') return closed(`this member is ${view.role}`);
  if (view.source === 'held') return closed('waiting for the next word on this member’s role');
  if (view.source === 'postgres' && isOlder(view.timeline, newestTimeline)) {
    return closed(`a former primary: timeline ${view.timeline}, the repository has ${newestTimeline}`);
  }
  return { open: true };
};

/** Whether a server that Patroni calls the primary agrees; before a run starts it is asked itself. */
export const agrees = (inRecovery: boolean): GateDecision =>
  inRecovery ? closed('PostgreSQL is in recovery here, although Patroni says primary') : { open: true };

/** Whether a run that was started on `startedTimeline` may go on. */
export const mayGoOn = (view: RoleView, startedTimeline: number | undefined): GateDecision => {
  if (view.source === 'nobody') {
    return closed(`for ${silenceMs / 1000} s neither Patroni nor PostgreSQL said that this is the primary`);
  }
  if (view.role !== 'primary') return closed(`this member is ${view.role} now`);
  if (view.source === 'postgres' && isOlder(startedTimeline, view.timeline)) {
    return closed(`the timeline changed from ${startedTimeline} to ${view.timeline}`);
  }
  return { open: true };
};

const isOlder = (timeline: number | undefined, than: number | undefined): boolean =>
  timeline !== undefined && than !== undefined && timeline < than;
