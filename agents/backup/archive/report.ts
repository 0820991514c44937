import type { BackupStatus } from '@howdah/status/backup';
import type { ArchiveState } from './archive.ts';
import type { RestorableRange } from './restorable.ts';
import type { ArchiveGaps, RepositoryArchive } from './watch.ts';

/** `/status` is for reading; of more holes than that the newest matter, since they cost the newest data. */
const mostRanges = 8;

/** The primary's archive in `/status`. */
export const archiveOf = ({
  lastArchivedAt,
  lastFailedAt,
  queue,
  failing,
  ...archive
}: ArchiveState): NonNullable<BackupStatus['archive']> => ({
  ...archive,
  ...(lastArchivedAt === undefined ? {} : { lastArchivedAt: lastArchivedAt.toISOString() }),
  ...(lastFailedAt === undefined ? {} : { lastFailedAt: lastFailedAt.toISOString() }),
  ...(queue === undefined ? {} : { queue: queueOf(queue) }),
  ...(failing === undefined ? {} : { failing: failingOf(failing) }),
});

const queueOf = ({ readyFiles, oldestReady }: NonNullable<ArchiveState['queue']>) => ({
  readyFiles,
  ...(oldestReady === undefined
    ? {}
    : { oldest: { wal: oldestReady.wal, since: oldestReady.since.toISOString() } }),
});

const failingOf = ({ wal, since }: NonNullable<ArchiveState['failing']>) => ({
  wal,
  ...(since === undefined ? {} : { since: since.toISOString() }),
});

/** What `/status` says of a repository beside its backups. */
export const repositoryArchiveOf = (
  archive: RepositoryArchive | undefined,
): Pick<BackupStatus['repositories'][number], 'archiveGaps' | 'archiveProblem' | 'restorable'> => {
  if (archive === undefined) return {};
  const { gaps, problem } = archive;
  const limits = restorableLimits(archive.restorable);
  return {
    ...(gaps === undefined ? {} : { archiveGaps: gapsOf(gaps) }),
    ...(problem === undefined ? {} : { archiveProblem: problem }),
    ...(limits === undefined
      ? {}
      : {
          restorable: {
            oldest: limits.oldest.toISOString(),
            latest: limits.latest.toISOString(),
            ranges: archive.restorable
              .slice(-mostRanges)
              .map(({ from, to }) => ({ from: from.toISOString(), to: to.toISOString() })),
          },
        }),
  };
};

const gapsOf = ({ listedAt, ranges }: ArchiveGaps) => ({
  listedAt: listedAt.toISOString(),
  gaps: ranges.length,
  missingSegments: missingSegments(ranges),
  ranges: ranges.slice(-mostRanges),
});

export const missingSegments = (ranges: ArchiveGaps['ranges']): number =>
  ranges.reduce((sum, { segments }) => sum + segments, 0);

/** The oldest and the latest point in time; undefined when there is none. */
export const restorableLimits = (
  ranges: readonly RestorableRange[],
): { readonly oldest: Date; readonly latest: Date } | undefined =>
  ranges.length === 0
    ? undefined
    : {
        oldest: new Date(Math.min(...ranges.map(({ from }) => from.getTime()))),
        latest: new Date(Math.max(...ranges.map(({ to }) => to.getTime()))),
      };
