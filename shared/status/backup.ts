import * as z from 'zod';
import { instant } from './common.ts';
import { verification } from './verification.ts';

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
  /** Of the database, what had to be copied. */
  databaseDeltaBytes: z.int().nonnegative().optional(),
  /** Bytes of the repository that a restore reads; absent with block incremental. */
  restoreBytes: z.int().nonnegative().optional(),
  /** Label of the backup on which this one builds. */
  prior: z.string().optional(),
  /** Labels of all backups that a restore of this one needs; absent where they are `prior` and those it builds on. */
  references: z.array(z.string()).optional(),
  /** pgBackRest counts databases of a stanza: each major upgrade makes a new one, with an archive of its own. */
  databaseId: z.int().positive().optional(),
  /** What it was taken of and by, e.g. `17` and `2.45`. */
  postgresVersion: z.string().optional(),
  pgbackrestVersion: z.string().optional(),
  /** LSN and WAL segment from which and to which it needs WAL. */
  lsnStart: z.string().optional(),
  lsnStop: z.string().optional(),
  walStart: z.string().optional(),
  walStop: z.string().optional(),
  /** From the WAL segment's name. */
  timeline: z.int().positive().optional(),
  /** It ended on a timeline, or behind the end of one, that the primary's does not come from. */
  superseded: z.boolean().optional(),
  /** pgBackRest found damaged pages while copying. */
  error: z.boolean(),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type BackupEntry = z.infer<typeof backupEntry>;

/** What a repository holds of WAL, of one database id; of a repository that is down what it held last. */
export const walArchive = z.object({
  databaseId: z.int().positive(),
  /** e.g. `17` */
  postgresVersion: z.string(),
  /** First and last segment by name; there may be gaps between. */
  walMin: z.string().optional(),
  walMax: z.string().optional(),
});
export type WalArchive = z.infer<typeof walArchive>;

/** A timeline that ended, as PostgreSQL's history files have it. */
export const endedTimeline = z.object({
  timeline: z.int().positive(),
  /** Where the next one forked off, e.g. `2A/7000138`. */
  endLsn: z.string(),
  endedAt: instant.optional(),
});
export type EndedTimeline = z.infer<typeof endedTimeline>;

/** A run of this member that has ended; the repository, not this, says whether a backup exists. */
export const runOutcome = z.object({
  scheduleId: z.string(),
  type: backupType,
  repo: z.int().positive(),
  dueAt: instant,
  startedAt: instant,
  endedAt: instant,
  /** `refused`: another member is at it, by the run journal. */
  outcome: z.enum(['done', 'failed', 'aborted', 'absorbed', 'refused']),
  /** Present when done: the backup's label as read from the repository. */
  label: z.string().optional(),
  reason: z.string().optional(),
  /** What went wrong in the hooks behind it; the outcome stands all the same. */
  hookProblem: z.string().optional(),
});
export type RunOutcome = z.infer<typeof runOutcome>;

/** What the archive of a repository lacks, by the newest look at its names. */
export const archiveGaps = z.object({
  listedAt: instant,
  gaps: z.int().nonnegative(),
  missingSegments: z.int().nonnegative(),
  /** The newest eight, oldest first, by the names of the first and the last segment missing. */
  ranges: z.array(z.object({ from: z.string(), to: z.string(), segments: z.int().positive() })),
});
export type ArchiveGaps = z.infer<typeof archiveGaps>;

/** To which points in time one can restore from a repository now. */
export const restorable = z.object({
  oldest: instant,
  /** All that was committed by then comes back; later transactions may. */
  latest: instant,
  /** The newest eight, oldest first: between them WAL is missing, or not known to be there. */
  ranges: z.array(z.object({ from: instant, to: instant })),
});
export type Restorable = z.infer<typeof restorable>;

/** Beside how far the archive is: what waits, what fails, and for how long there is room. */
const archiveQueue = {
  queue: z
    .object({
      /** Files in pg_wal that the archiver has yet to send. */
      readyFiles: z.int().nonnegative(),
      oldest: z.object({ wal: z.string(), since: instant }).optional(),
    })
    .optional(),
  /** Present while archive_command fails. */
  failing: z.object({ wal: z.string(), since: instant.optional() }).optional(),
  /** The volume of pg_wal. */
  walVolume: z
    .object({
      freeBytes: z.number().nonnegative(),
      /** Present while the archive is behind, and more so with each second. */
      secondsUntilFull: z.number().nonnegative().optional(),
    })
    .optional(),
};

export const backupStatus = z.object({
  version: z.literal(1),
  stanza: z.string(),
  role: memberRole,
  timeline: z.int().positive().optional(),
  /** The timelines that the cluster's present one comes from, oldest first; absent where nobody knows. */
  history: z.array(endedTimeline).optional(),
  /** The pgbackrest.conf that the agent uses; absent where it is pgBackRest's own default. */
  configFile: z.string().optional(),
  /** `--config-path` of what the agent writes: its directory, with a `conf.d` that is read too; absent where somebody else writes it. */
  configPath: z.string().optional(),
  /** How the agent’s writing of pgbackrest.conf goes. */
  render: z
    .object({
      /** Absent where it was right when the agent started. */
      writtenAt: instant.optional(),
      /** Why it is not what backup.yaml and the files with secrets say; the one before stays. */
      problem: z.string().optional(),
      /** What pgBackRest passes over in it. */
      warnings: z.array(z.string()),
    })
    .optional(),
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
        /** Why it is not tried any more. */
        gaveUp: z.string().optional(),
      }),
    )
    .optional(),
  /** Expirations that somebody asked for, and how they went on this member since its agent was started. */
  expirations: z
    .array(
      z.object({
        id: z.string(),
        at: instant,
        repos: z.array(z.int().positive()),
        startedAt: instant.optional(),
        endedAt: instant.optional(),
        /** Labels of the backups that went. */
        expired: z.array(z.string()).optional(),
        /** Why it failed; absent when it was done. */
        reason: z.string().optional(),
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
      /** Present while hooks run before pgBackRest or after it. */
      hooks: z.enum(['before', 'after']).optional(),
    })
    .optional(),
  /** Backups that failed on this member, the primary, and are tried again; the next first. Absent where none is. */
  waiting: z
    .array(
      z.object({
        scheduleId: z.string(),
        type: backupType,
        repo: z.int().positive(),
        dueAt: instant,
        /** In a row. */
        failures: z.int().positive(),
        nextTryAt: instant,
      }),
    )
    .optional(),
  lastRun: runOutcome.optional(),
  /** The last `pgbackrest check` of this agent as the primary; why it failed, when it did. */
  check: z.object({ at: instant, reason: z.string().optional() }).optional(),
  /** Attempts of whichever member by the run journals, the newest first. */
  runs: z
    .array(
      z.object({
        scheduleId: z.string(),
        dueAt: instant,
        type: backupType,
        repo: z.int().positive(),
        attempt: z.int().positive(),
        member: z.string(),
        startedAt: instant,
        endedAt: instant.optional(),
        /** Absent while it is under way. */
        outcome: z.enum(['done', 'failed', 'aborted']).optional(),
        label: z.string().optional(),
        reason: z.string().optional(),
      }),
    )
    .optional(),
  /** Of each repository that has a run journal: why it could not be reached at the last look. */
  journals: z
    .array(
      z.object({
        repo: z.int().positive(),
        failure: z.string().optional(),
        /** False where its store has no conditional write: Patroni's lock alone keeps two members apart. */
        createsOnce: z.boolean().optional(),
      }),
    )
    .optional(),
  /** Absent where repositories are neither verified nor known to have been. */
  verification: verification.optional(),
  repositories: z.array(
    z.object({
      repo: z.int().positive(),
      reachable: z.boolean(),
      message: z.string().optional(),
      /** Why nothing is written there; present only then. */
      refused: z.string().optional(),
      checkedAt: instant,
      backups: z.array(backupEntry),
      archives: z.array(walArchive).optional(),
      /** Whether pgbackrest.conf says how many full backups stay; without it nothing ever goes. Absent where it is not known. */
      retentionSet: z.boolean().optional(),
      /** Known to the primary only. */
      archiveGaps: archiveGaps.optional(),
      /** Why the archive could not be looked through, the last time. */
      archiveProblem: z.string().optional(),
      /** Absent without any backup. */
      restorable: restorable.optional(),
    }),
  ),
  archive: z
    .object({
      /** Of one WAL segment. */
      segmentBytes: z.int().positive().optional(),
      lastArchivedWal: z.string().optional(),
      lastArchivedAt: instant.optional(),
      lastFailedWal: z.string().optional(),
      lastFailedAt: instant.optional(),
      /** WAL written and not yet archived: what would be lost with the primary's disk now. */
      atRiskBytes: z.int().nonnegative().optional(),
      /** Age of the oldest WAL that is not archived. */
      atRiskSeconds: z.number().nonnegative().optional(),
      ...archiveQueue,
    })
    .optional(),
});
export type BackupStatus = z.infer<typeof backupStatus>;
