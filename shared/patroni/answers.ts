import * as z from 'zod';
import { type MemberRole, memberRoleOf } from './role.ts';

/** One member as `GET /patroni` describes itself. */
export interface Member {
  readonly name: string;
  readonly scope: string;
  readonly role: MemberRole;
  /** Patroni's word: `running`, `starting`, `stopped`, `creating replica` … */
  readonly state: string;
  /** Absent while it starts. */
  readonly timeline?: number;
  readonly pendingRestart: boolean;
  /** PostgreSQL's, e.g. 150018; absent while it is not running. */
  readonly serverVersionNum?: number;
  /** When PostgreSQL was started, in Patroni’s form; another one after each restart. Absent while it does not run. */
  readonly startedAt?: string;
  /** Cluster in maintenance mode: Patroni lets roles alone. */
  readonly paused: boolean;
}

/** One member as `GET /cluster` lists it. */
export interface ClusterMember {
  readonly name: string;
  readonly role: MemberRole;
  /** Replicates synchronously. */
  readonly synchronous: boolean;
  readonly state: string;
  /** Where the others reach its PostgreSQL; absent before it has told the store. */
  readonly host?: string;
  readonly port?: number;
  /** Of its REST API, `http://10.0.0.7:8008/patroni`. */
  readonly apiUrl?: string;
  readonly timeline?: number;
  /** Bytes of WAL behind the primary; absent on the primary and where Patroni does not know. */
  readonly lagBytes?: number;
  readonly pendingRestart: boolean;
}

export interface Cluster {
  readonly scope?: string;
  readonly paused: boolean;
  readonly members: readonly ClusterMember[];
}

/** A timeline that ended, from the history of the cluster's present one. */
export interface EndedTimeline {
  readonly timeline: number;
  /** Where the next one forked off, as a byte offset. */
  readonly endLsn: bigint;
  /** When the next one began, in Patroni’s form; absent where Patroni does not know. */
  readonly endedAt?: string;
}

/** A value of `postgresql.parameters`: whatever YAML or JSON made of it. */
export const parameterValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export type ParameterValue = z.infer<typeof parameterValue>;

/** What is read of the cluster-wide (dynamic) configuration; its other keys are left alone. */
export interface DynamicConfig {
  /** Seconds between Patroni's looks at the configuration. */
  readonly loopWaitSeconds: number;
  readonly usePgRewind: boolean;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

// A replica that starts has `timeline: null` or no key at all; 0 stands for "not known".
const timeline = z.int().nonnegative().nullish();
const identity = z.object({ name: z.string(), scope: z.string() });

const described = z.object({
  state: z.string(),
  role: z.string(),
  timeline,
  pending_restart: z.boolean().optional(),
  postmaster_start_time: z.string().nullish(),
  server_version: z.int().positive().nullish(),
  pause: z.boolean().optional(),
  patroni: identity,
});

const memberOf = (answer: z.infer<typeof described>): Member => ({
  ...answer.patroni,
  role: memberRoleOf(answer.role),
  state: answer.state,
  ...(answer.timeline ? { timeline: answer.timeline } : {}),
  pendingRestart: answer.pending_restart ?? false,
  ...(answer.postmaster_start_time ? { startedAt: answer.postmaster_start_time } : {}),
  ...(answer.server_version ? { serverVersionNum: answer.server_version } : {}),
  paused: answer.pause ?? false,
});

/** `GET /patroni`; https://patroni.readthedocs.io/en/latest/rest_api.html#monitoring-endpoint */
export const memberAnswer = described.transform(memberOf);

/** What `GET /leader` says beside its status. */
export interface LeaderWord {
  readonly member: Member;
  /** By what Patroni last read of its store nobody holds the lock, or it has read nothing for `ttl`. */
  readonly unlocked: boolean;
  /** The store is away, and all members have agreed that this one stays the primary. */
  readonly failsafe: boolean;
}

export const leaderAnswer = described
  .extend({ cluster_unlocked: z.boolean().optional(), failsafe_mode_is_active: z.boolean().optional() })
  .transform(
    (answer): LeaderWord => ({
      member: memberOf(answer),
      unlocked: answer.cluster_unlocked ?? false,
      failsafe: answer.failsafe_mode_is_active ?? false,
    }),
  );

/** `unproven`: Patroni says leader by the role alone. */
export type LockWord = 'held' | 'absent' | 'unproven';

/**
 * Whether a member holds the leader lock. 200 says so of one whose last renewal is younger than `ttl`, in failsafe mode
 * renewed by the word of all members. In a paused cluster whose store is away Patroni answers 200 to whoever runs a
 * primary, since it lets nobody be demoted then: that proves nothing.
 * Source: `do_GET` in https://github.com/patroni/patroni/blob/v4.1.0/patroni/api.py
 *
 * @param statusCode of `GET /leader`
 */
export const lockIn = (statusCode: number, { member, unlocked, failsafe }: LeaderWord): LockWord => {
  if (statusCode !== 200) return 'absent';
  return member.paused && unlocked && !failsafe ? 'unproven' : 'held';
};

const clusterMemberAnswer = z
  .object({
    name: z.string(),
    role: z.string(),
    state: z.string().nullish(),
    host: z.string().nullish(),
    port: z.int().nullish(),
    api_url: z.string().nullish(),
    // While a member starts, and for a lag that nobody knows, Patroni writes "unknown".
    timeline: z.union([z.int(), z.string()]).nullish(),
    lag: z.union([z.int(), z.string()]).nullish(),
    pending_restart: z.boolean().optional(),
  })
  .transform(
    (answer): ClusterMember => ({
      name: answer.name,
      role: memberRoleOf(answer.role),
      synchronous: answer.role === 'sync_standby' || answer.role === 'quorum_standby',
      state: answer.state ?? 'unknown',
      ...(answer.host ? { host: answer.host } : {}),
      ...(answer.port ? { port: answer.port } : {}),
      ...(answer.api_url ? { apiUrl: answer.api_url } : {}),
      ...(typeof answer.timeline === 'number' && answer.timeline > 0 ? { timeline: answer.timeline } : {}),
      ...(typeof answer.lag === 'number' ? { lagBytes: answer.lag } : {}),
      pendingRestart: answer.pending_restart ?? false,
    }),
  );

/** `GET /cluster`; https://patroni.readthedocs.io/en/latest/rest_api.html#cluster-status-endpoints */
export const clusterAnswer = z
  .object({
    scope: z.string().optional(),
    pause: z.boolean().optional(),
    members: z.array(clusterMemberAnswer),
  })
  .transform(
    (answer): Cluster => ({
      ...(answer.scope === undefined ? {} : { scope: answer.scope }),
      paused: answer.pause ?? false,
      members: answer.members,
    }),
  );

/**
 * `GET /history`: a line for each ended timeline, oldest first: timeline, LSN as a number, reason, time, new leader.
 * Patroni keeps as many as `max_timelines_history` says (all unless it is set); the leader writes a new one within
 * a loop after its promotion. https://patroni.readthedocs.io/en/latest/rest_api.html#cluster-status-endpoints
 */
export const historyAnswer = z.array(
  z
    .tuple([z.int().positive(), z.int().nonnegative(), z.string(), z.string().nullish()])
    .rest(z.unknown())
    .transform(
      ([timeline, endLsn, , endedAt]): EndedTimeline => ({
        timeline,
        endLsn: BigInt(endLsn),
        ...(endedAt ? { endedAt } : {}),
      }),
    ),
);

/** `GET /config` and the answer to `PATCH /config`. */
export const dynamicConfigAnswer = z
  .object({
    loop_wait: z.number().positive().catch(10),
    postgresql: z
      .object({
        use_pg_rewind: z.union([z.boolean(), z.string()]).nullish(),
        parameters: z.record(z.string(), parameterValue).nullish(),
      })
      .nullish(),
  })
  .transform(
    (answer): DynamicConfig => ({
      loopWaitSeconds: answer.loop_wait,
      usePgRewind: [true, 'true', 'on', 'yes', '1'].includes(answer.postgresql?.use_pg_rewind ?? false),
      parameters: answer.postgresql?.parameters ?? {},
    }),
  );
