import * as z from 'zod';
import { instant } from './common.ts';

/** pgBackRest's three types. */
export const backupType = z.enum(['full', 'diff', 'incr']);
export type BackupType = z.infer<typeof backupType>;

/** Patroni's role of this member as the backup agent sees it. */
export const memberRole = z.enum(['primary', 'replica', 'standby_leader', 'uninitialized', 'unknown']);
export type MemberRole = z.infer<typeof memberRole>;

/** One backup as `pgbackrest info` shows it. */
export const backupEntry = z.object({
  /** e.g. `20260301-010000F_20260302-010000I` */
  label: z.string(),
  type: backupType,
  repo: z.int().positive(),
  startedAt: instant,
  stoppedAt: instant,
  /** Size of the database at the time of the backup. */
  databaseBytes: z.int().nonnegative(),
  /** Bytes this backup added to the repository. */
  repositoryBytes: z.int().nonnegative(),
  /** LSN and WAL segment from which and to which it needs WAL. */
  lsnStart: z.string().optional(),
  lsnStop: z.string().optional(),
  walStart: z.string().optional(),
  walStop: z.string().optional(),
  /** From the WAL segment's name. */
  timeline: z.int().positive().optional(),
  /** pgBackRest found damaged pages while copying. */
  error: z.boolean(),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type BackupEntry = z.infer<typeof backupEntry>;

/** A run of this member that has ended; the repository, not this, says whether a backup exists. */
export const runOutcome = z.object({
  scheduleId: z.string(),
  type: backupType,
  repo: z.int().positive(),
  dueAt: instant,
  startedAt: instant,
  endedAt: instant,
  outcome: z.enum(['done', 'failed', 'aborted', 'absorbed']),
  /** Present when done: the backup's label as read from the repository. */
  label: z.string().optional(),
  reason: z.string().optional(),
});
export type RunOutcome = z.infer<typeof runOutcome>;

export const backupStatus = z.object({
  version: z.literal(1),
  stanza: z.string(),
  role: memberRole,
  timeline: z.int().positive().optional(),
  schedules: z.array(
    z.object({
      id: z.string(),
      type: backupType,
      cron: z.string(),
      timeZone: z.string(),
      repos: z.array(z.int().positive()),
      /** The due time that has passed and is not yet satisfied by a backup in the repository. */
      overdueSince: instant.optional(),
      /** The next three, soonest first. */
      nextDue: z.array(instant),
    }),
  ),
  /** Backups that somebody asked for. */
  requests: z
    .array(
      z.object({
        id: z.string(),
        type: backupType,
        at: instant,
        /** Each repository, with the label of the backup that satisfies the request there. */
        repos: z.array(z.object({ repo: z.int().positive(), label: z.string().optional() })),
      }),
    )
    .optional(),
  running: z
    .object({
      scheduleId: z.string(),
      type: backupType,
      repo: z.int().positive(),
      dueAt: instant,
      startedAt: instant,
      pid: z.int().optional(),
    })
    .optional(),
  lastRun: runOutcome.optional(),
  repositories: z.array(
    z.object({
      repo: z.int().positive(),
      reachable: z.boolean(),
      message: z.string().optional(),
      checkedAt: instant,
      backups: z.array(backupEntry),
    }),
  ),
  archive: z
    .object({
      lastArchivedWal: z.string().optional(),
      lastArchivedAt: instant.optional(),
      lastFailedWal: z.string().optional(),
      lastFailedAt: instant.optional(),
      /** WAL written and not yet archived: what would be lost with the primary's disk now. */
      atRiskBytes: z.int().nonnegative().optional(),
      /** Age of the oldest WAL that is not archived. */
      atRiskSeconds: z.number().nonnegative().optional(),
    })
    .optional(),
});
export type BackupStatus = z.infer<typeof backupStatus>;
