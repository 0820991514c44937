import type { BackupStatus } from '@howdah/status/backup';

/** A line for each repository: to which points in time one can restore from it now. */
export const restorableLines = ({ repositories }: BackupStatus): readonly string[] =>
  repositories.flatMap(({ repo, restorable, archiveGaps }) => {
    if (restorable === undefined) return [];
    const { oldest, latest, ranges } = restorable;
    const span = `${minute(oldest)} to ${minute(latest)} UTC`;
    const holes =
      ranges.length < 2 ? '' : archiveGaps === undefined ? ', between not known' : ', not all between';
    return [`Restorable    ${span}${holes} (repository ${repo})`];
  });

const minute = (time: string): string => time.slice(0, 16).replace('T', ' ');
