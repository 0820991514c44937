import type { MemberRole } from './backup.ts';
import type { Status } from './status.ts';

/** The last answer of somebody who is asked again and again, and how the newest question went. */
export interface Reading<Answer> {
  /** When it was last asked; absent before the first time. */
  readonly askedAt?: string;
  /** The newest answer, kept when later questions fail. */
  readonly answer?: Answer;
  readonly answeredAt?: string;
  /** Why the newest question failed; absent when it was answered. */
  readonly error?: string;
}

/** One member as Patroni's `GET /cluster` tells it. */
export interface ClusterMember {
  readonly name: string;
  readonly role: MemberRole;
  /** Replicates synchronously. */
  readonly synchronous: boolean;
  /** Patroni's word: `running`, `streaming`, `starting`, `stopped` … */
  readonly state: string;
  readonly timeline?: number;
  /** Bytes of WAL behind the primary; absent on the primary and where Patroni does not know. */
  readonly lagBytes?: number;
  readonly pendingRestart: boolean;
}

/** The same words as the answer of shared/patroni, so that it serves as one. */
export interface Cluster {
  /** Patroni's name of the cluster. */
  readonly scope?: string;
  /** Maintenance mode: Patroni lets roles alone, so nothing fails over. */
  readonly paused: boolean;
  readonly members: readonly ClusterMember[];
}

export interface FleetMember {
  readonly name: string;
  /** Whether this member's agents are asked at all. */
  readonly watched: boolean;
  readonly agents: Reading<Status>;
}

/** One cluster and the agents of its members, as somebody outside saw them at `now`. */
export interface Fleet {
  readonly now: string;
  /** An answer older than this is shown as stale. */
  readonly staleAfterSeconds: number;
  readonly cluster: Reading<Cluster>;
  /** In the order of the configuration, then those that only Patroni knows. */
  readonly members: readonly FleetMember[];
}

export const secondsBetween = (from: string, to: string): number =>
  (Date.parse(to) - Date.parse(from)) / 1000;

/** Seconds since the answer came; undefined when there was none. */
export const ageSeconds = (reading: Reading<unknown>, now: string): number | undefined =>
  reading.answeredAt === undefined ? undefined : Math.max(0, secondsBetween(reading.answeredAt, now));

/**
 * - `waiting`: not yet asked;
 * - `fresh`: what it says is of now;
 * - `stale`: what it says was true once;
 * - `silent`: it never answered.
 */
export type Freshness = 'waiting' | 'fresh' | 'stale' | 'silent';

export const freshness = (
  reading: Reading<unknown>,
  fleet: Pick<Fleet, 'now' | 'staleAfterSeconds'>,
): Freshness => {
  const age = ageSeconds(reading, fleet.now);
  if (age === undefined) return reading.error === undefined ? 'waiting' : 'silent';
  return age > fleet.staleAfterSeconds ? 'stale' : 'fresh';
};

/** The member as Patroni sees it. */
export const clusterMember = (fleet: Fleet, name: string): ClusterMember | undefined =>
  fleet.cluster.answer?.members.find((member) => member.name === name);

/** Patroni's word first; when that is not of now, what the member's own agents see, if that is. */
export const roleOf = (fleet: Fleet, member: FleetMember): MemberRole => {
  const byPatroni = clusterMember(fleet, member.name)?.role;
  if (byPatroni !== undefined && freshness(fleet.cluster, fleet) === 'fresh') return byPatroni;
  const byAgents = roleByAgents(member);
  return freshness(member.agents, fleet) === 'fresh'
    ? (byAgents ?? byPatroni ?? 'unknown')
    : (byPatroni ?? byAgents ?? 'unknown');
};

const roleByAgents = (member: FleetMember): MemberRole | undefined => {
  const agents = member.agents.answer?.agents;
  const byBackup = agents?.backup?.detail?.role;
  if (byBackup !== undefined && byBackup !== 'unknown') return byBackup;
  const inRecovery = agents?.exporter?.detail?.inRecovery;
  return inRecovery === undefined ? undefined : inRecovery ? 'replica' : 'primary';
};

/** The one member that takes writes; undefined while there is none, or none is known. */
export const primaryOf = (fleet: Fleet): FleetMember | undefined =>
  fleet.members.find((member) => roleOf(fleet, member) === 'primary') ??
  fleet.members.find((member) => roleOf(fleet, member) === 'standby_leader');

/**
 * Seconds from `instant`, told by this member's agents, to the fleet's `now`. Measured on the agent's own
 * clock up to its answer, so that clocks that differ do not make things younger or older.
 */
export const ageAtMember = (fleet: Fleet, member: FleetMember, instant: string): number => {
  const { answer, answeredAt } = member.agents;
  if (answer === undefined || answeredAt === undefined) return secondsBetween(instant, fleet.now);
  return secondsBetween(instant, answer.now) + secondsBetween(answeredAt, fleet.now);
};
