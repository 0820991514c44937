import type { BackupType } from '@howdah/pgbackrest/info';

/** When which backup goes into which repositories; one entry of `schedules:`. */
export interface Schedule {
  readonly id: string;
  readonly type: BackupType;
  readonly cron: string;
  readonly timeZone: string;
  readonly repos: readonly number[];
  readonly missed: {
    /** `run-once`: made up when it was missed; `skip`: runs on time or not at all. */
    readonly policy: 'run-once' | 'skip';
    /** A due time older than this is not made up any more. */
    readonly withinHours: number;
  };
}

/** One backup that somebody asked for; one entry of `requests:`. */
export interface Request {
  readonly id: string;
  readonly type: BackupType;
  readonly repos: readonly number[];
  /** When it was asked for. */
  readonly at: Date;
  /** After this long it means nothing any more. */
  readonly withinHours: number;
  /** How many may fail before it is given up. */
  readonly attempts: number;
  /** Why it is not tried any more, of one that a person asked this agent for. */
  readonly over?: string;
}

/** One entry of `requests:` of type `expire`: what retention no longer keeps is to go. */
export interface Expiration {
  readonly id: string;
  readonly repos: readonly number[];
  /** When it was asked for. */
  readonly at: Date;
  /** After this long it means nothing any more. */
  readonly withinHours: number;
}

/** What stands for a request where a schedule's id would. No schedule's id has a slash. */
export const requestKey = (id: string): string => `request/${id}`;

/** A backup that should be in a repository and is not. */
export interface Due {
  /** The schedule's id, a {@link requestKey}, or {@link initialId}. */
  readonly scheduleId: string;
  readonly type: BackupType;
  readonly repo: number;
  readonly dueAt: Date;
  /** What was asked for, where a larger one has to be taken. */
  readonly insteadOf?: BackupType;
}

/** Stands for a schedule where a repository gets its first full backup. */
export const initialId = 'initial';

/** What makes a due of one schedule and repository the same over several due times. */
export const dueKey = ({ scheduleId, repo }: Due): string => `${repo}:${scheduleId}`;

const sizes: Readonly<Record<BackupType, number>> = { incr: 0, diff: 1, full: 2 };

/** Positive when `a` holds more than `b`. */
export const compareTypes = (a: BackupType, b: BackupType): number => sizes[a] - sizes[b];

/** A full does for a diff, and both do for an incr. */
export const covers = (taken: BackupType, wanted: BackupType): boolean => compareTypes(taken, wanted) >= 0;

/** Written into each backup by `--annotation`, so that it says itself what it was taken for. */
export const annotationKeys = {
  schedule: 'howdah-schedule',
  due: 'howdah-due',
  member: 'howdah-member',
} as const;

/** How a run of this member ended. */
export type RunOutcome = 'done' | 'failed' | 'aborted' | 'absorbed' | 'refused';
export const runOutcomes: readonly RunOutcome[] = ['done', 'failed', 'aborted', 'absorbed', 'refused'];
export const backupTypes: readonly BackupType[] = ['full', 'diff', 'incr'];
