import type { Family, Sample } from '../metric-family.ts';
import type { Knowledge } from '../report.ts';
import { missingSegments, restorableLimits } from './report.ts';
import type { RepositoryArchive } from './watch.ts';

type Known = Pick<Knowledge, 'stanza' | 'archive' | 'repositoryArchives' | 'now'>;

const seconds = (time: Date): number => time.getTime() / 1000;

/** One series of the primary's, where `value` knows something. */
const ofPrimary =
  (value: (archive: NonNullable<Known['archive']>, now: Date) => number | undefined) =>
  ({ archive, stanza, now }: Known): readonly Sample[] => {
    const known = archive === undefined ? undefined : value(archive, now);
    return known === undefined ? [] : [[{ stanza }, known]];
  };

/** One series per repository of which `value` knows something. */
const perRepository =
  (value: (archive: RepositoryArchive) => number | undefined) =>
  ({ repositoryArchives, stanza }: Known): readonly Sample[] =>
    repositoryArchives.flatMap((archive) => {
      const known = value(archive);
      return known === undefined ? [] : [[{ repo: String(archive.repo), stanza }, known] as const];
    });

const repositoryLabels = ['repo', 'stanza'] as const;

/** What waits to be archived, what the archives lack, and to when one can restore. */
export const archiveFamilies: readonly Family<Known>[] = [
  {
    name: 'howdah_backup_archive_ready_files',
    help: 'Files in pg_wal that the archiver has yet to send. On the primary only; absent where its data directory cannot be seen.',
    labels: ['stanza'],
    samples: ofPrimary(({ queue }) => queue?.readyFiles),
  },
  {
    name: 'howdah_backup_archive_failing_seconds',
    help: 'For how long archive_command has failed on the oldest file; 0 while it does not. On the primary only.',
    labels: ['stanza'],
    samples: ofPrimary(({ failing }, now) =>
      failing === undefined
        ? 0
        : failing.since === undefined
          ? undefined
          : Math.max(0, seconds(now) - seconds(failing.since)),
    ),
  },
  {
    name: 'howdah_backup_wal_volume_free_bytes',
    help: 'What PostgreSQL can still write to the volume of pg_wal. On the primary only.',
    labels: ['stanza'],
    samples: ofPrimary(({ walVolume }) => walVolume?.freeBytes),
  },
  {
    name: 'howdah_backup_wal_volume_full_seconds',
    help: 'Estimated time until the volume of pg_wal is full, at the rate at which WAL came and did not leave since the archive fell behind. Absent while it is not behind, or not more so with each second. On the primary only.',
    labels: ['stanza'],
    samples: ofPrimary(({ walVolume }) => walVolume?.secondsUntilFull),
  },
  {
    name: 'howdah_backup_archive_gaps',
    help: 'Places in the repository where WAL is missing between its oldest backup and the end of its archive: no restore goes past one, but from a backup taken after it. On the primary only; absent until the archive was looked through.',
    labels: repositoryLabels,
    samples: perRepository(({ gaps }) => gaps?.ranges.length),
  },
  {
    name: 'howdah_backup_archive_missing_segments',
    help: 'WAL segments missing in all these gaps together.',
    labels: repositoryLabels,
    samples: perRepository(({ gaps }) => (gaps === undefined ? undefined : missingSegments(gaps.ranges))),
  },
  {
    name: 'howdah_backup_archive_listed_timestamp_seconds',
    help: 'When the archive was last looked through for gaps: hourly, and after each backup.',
    labels: repositoryLabels,
    samples: perRepository(({ gaps }) => (gaps === undefined ? undefined : seconds(gaps.listedAt))),
  },
  {
    name: 'howdah_backup_restorable_oldest_timestamp_seconds',
    help: 'The oldest point in time to which one can restore from the repository now: the end of its oldest backup that has its WAL.',
    labels: repositoryLabels,
    samples: perRepository(({ restorable }) => {
      const limits = restorableLimits(restorable);
      return limits === undefined ? undefined : seconds(limits.oldest);
    }),
  },
  {
    name: 'howdah_backup_restorable_latest_timestamp_seconds',
    help: 'The latest point in time to which one can surely restore from the repository now: all that was committed by then is there. A replica knows of the end of the newest backup only, so take the largest over the members.',
    labels: repositoryLabels,
    samples: perRepository(({ restorable }) => {
      const limits = restorableLimits(restorable);
      return limits === undefined ? undefined : seconds(limits.latest);
    }),
  },
];
