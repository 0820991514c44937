import { type Lsn, lsnDistanceBytes, parseLsn } from '@howdah/core/lsn';
import type { ArchiverWord } from '../ports.ts';
import { archivedUpTo, timelineOf } from '../wal.ts';
import type { WalDirectoryWord } from './wal-directory.ts';
import { newestBefore, type WalSample } from './wal-samples.ts';
import { secondsUntilFull } from './wal-volume.ts';

/** How far the archive is behind the primary. */
export interface ArchiveState {
  /** Of one WAL segment. */
  readonly segmentBytes: number;
  readonly lastArchivedWal?: string;
  readonly lastArchivedAt?: Date;
  readonly lastFailedWal?: string;
  readonly lastFailedAt?: Date;
  /** WAL written and not archived: what would be lost with the primary's disk now. */
  readonly atRiskBytes?: number;
  /** Age of the oldest of it. */
  readonly atRiskSeconds?: number;
  /** What the archiver has yet to send. */
  readonly queue?: Pick<WalDirectoryWord, 'readyFiles' | 'oldestReady'>;
  /** Present while archive_command fails. */
  readonly failing?: ArchiveFailure;
  readonly walVolume?: WalVolume;
}

export interface ArchiveFailure {
  readonly wal: string;
  /** It cannot have begun before; unknown where nothing was ever archived and pg_wal cannot be seen. */
  readonly since?: Date;
}

/** The volume that pg_wal is on. */
export interface WalVolume {
  readonly freeBytes: number;
  /** Present while WAL stays that should have left, and more comes. */
  readonly secondsUntilFull?: number;
}

export interface ArchiveLook {
  readonly word: ArchiverWord;
  /** Undefined where it cannot be seen. */
  readonly directory: WalDirectoryWord | undefined;
  /** Of this primary, this look's own as the last. */
  readonly samples: readonly WalSample[];
  /**
   * Newest segment in the repository; stands in where pg_stat_archiver names none, as on a primary that was just
   * promoted.
   */
  readonly walMax: string | undefined;
  readonly now: Date;
}

export const archiveState = ({ word, directory, samples, walMax, now }: ArchiveLook): ArchiveState => {
  const archived = archivedTo(word, walMax);
  const current = word.currentLsn === null ? undefined : parseLsn(word.currentLsn);
  const atRiskBytes =
    archived === undefined || current === undefined
      ? undefined
      : Math.max(0, lsnDistanceBytes(archived, current));
  return {
    segmentBytes: word.segmentBytes,
    ...present('lastArchivedWal', word.lastArchivedWal),
    ...present('lastArchivedAt', dateOf(word.lastArchivedAt)),
    ...present('lastFailedWal', word.lastFailedWal),
    ...present('lastFailedAt', dateOf(word.lastFailedAt)),
    ...present('atRiskBytes', atRiskBytes),
    ...present('atRiskSeconds', atRiskSeconds(word, archived, atRiskBytes, samples, now)),
    ...present('failing', failureOf(word, directory)),
    ...(directory === undefined
      ? {}
      : {
          queue: {
            readyFiles: directory.readyFiles,
            ...present('oldestReady', directory.oldestReady),
          },
          walVolume: {
            freeBytes: directory.freeBytes,
            ...present('secondsUntilFull', secondsUntilFull(directory, samples, now)),
          },
        }),
  };
};

/**
 * The position up to which the archive has the WAL of this primary, by the archiver's word. What it sent last may
 * be from the time when it was primary before; then the repository knows better.
 */
export const archivedTo = (word: ArchiverWord, walMax: string | undefined): Lsn | undefined => {
  const { lastArchivedWal: last, segmentBytes } = word;
  const sent = last === null ? undefined : archivedUpTo(last, segmentBytes);
  if (last !== null && sent !== undefined && timelineOf(last) === word.timeline) return sent;
  const held = walMax === undefined ? undefined : archivedUpTo(walMax, segmentBytes);
  return sent !== undefined && held !== undefined && held < sent ? sent : (held ?? sent);
};

/**
 * By the samples, since they tell when the primary was still before the archive's end; else since the last segment
 * was archived, since the first byte after it had been written by then.
 */
const atRiskSeconds = (
  word: ArchiverWord,
  archived: Lsn | undefined,
  atRiskBytes: number | undefined,
  samples: readonly WalSample[],
  now: Date,
): number | undefined => {
  if (archived === undefined || atRiskBytes === undefined) return undefined;
  if (atRiskBytes === 0) return 0;
  const since = newestBefore(samples, archived)?.at ?? dateOf(word.lastArchivedAt);
  return since === undefined ? undefined : Math.max(0, (now.getTime() - since.getTime()) / 1000);
};

const failureOf = (
  word: ArchiverWord,
  directory: WalDirectoryWord | undefined,
): ArchiveFailure | undefined => {
  const { lastFailedWal, lastFailedAt, lastArchivedAt } = word;
  if (lastFailedWal === null || lastFailedAt === null) return undefined;
  if (lastArchivedAt !== null && lastArchivedAt >= lastFailedAt) return undefined;
  // What could not be sent is gone: removed by hand, or with a queue that pgBackRest dropped.
  if (directory?.readyFiles === 0) return undefined;
  // The file that goes next may be another one, younger: the history of a timeline.
  const waits = directory?.oldestReady?.wal === lastFailedWal ? directory.oldestReady.since : undefined;
  const times = [dateOf(lastArchivedAt), waits].filter((time) => time !== undefined);
  return {
    wal: lastFailedWal,
    ...(times.length === 0 ? {} : { since: new Date(Math.max(...times.map((time) => time.getTime()))) }),
  };
};

const dateOf = (seconds: number | null): Date | undefined =>
  seconds === null ? undefined : new Date(seconds * 1000);

const present = <Name extends string, Value>(
  name: Name,
  value: Value | null | undefined,
): { [Key in Name]?: Value } =>
  value === null || value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: Value });
