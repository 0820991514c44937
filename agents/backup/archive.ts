import { lsnDistanceBytes, parseLsn } from '@howdah/core/lsn';
import type { ArchiverWord } from './ports.ts';
import { archivedUpTo } from './wal.ts';

/** How far the archive is behind the primary. */
export interface ArchiveState {
  readonly lastArchivedWal?: string;
  readonly lastArchivedAt?: Date;
  readonly lastFailedWal?: string;
  readonly lastFailedAt?: Date;
  /** WAL written and not archived: what would be lost with the primary's disk now. */
  readonly atRiskBytes?: number;
  /** Age of the oldest of it: the first byte after an archived segment was written before that was archived. */
  readonly atRiskSeconds?: number;
}

/**
 * @param walMax newest segment in the repository; stands in where pg_stat_archiver names none, as on a
 *   primary that was just promoted
 */
export const archiveState = (word: ArchiverWord, walMax: string | undefined, now: Date): ArchiveState => {
  const archivedTo = [word.lastArchivedWal, walMax]
    .filter((wal) => wal !== null && wal !== undefined)
    .map((wal) => archivedUpTo(wal, word.segmentBytes))
    .find((end) => end !== undefined);
  const current = word.currentLsn === null ? undefined : parseLsn(word.currentLsn);
  const atRiskBytes =
    archivedTo === undefined || current === undefined
      ? undefined
      : Math.max(0, lsnDistanceBytes(archivedTo, current));
  const atRiskSeconds =
    atRiskBytes === 0
      ? 0
      : word.lastArchivedAt === null || atRiskBytes === undefined
        ? undefined
        : Math.max(0, now.getTime() / 1000 - word.lastArchivedAt);
  return {
    ...present('lastArchivedWal', word.lastArchivedWal),
    ...present('lastArchivedAt', dateOf(word.lastArchivedAt)),
    ...present('lastFailedWal', word.lastFailedWal),
    ...present('lastFailedAt', dateOf(word.lastFailedAt)),
    ...present('atRiskBytes', atRiskBytes),
    ...present('atRiskSeconds', atRiskSeconds),
  };
};

const dateOf = (seconds: number | null): Date | undefined =>
  seconds === null ? undefined : new Date(seconds * 1000);

const present = <Name extends string, Value>(
  name: Name,
  value: Value | null | undefined,
): { [Key in Name]?: Value } =>
  value === null || value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: Value });
