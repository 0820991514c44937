import type { Backup } from '@howdah/pgbackrest/info';
import { annotationKeys } from '../model.ts';
import { dueName, readKey, timeOf } from './key.ts';

/** What came to nothing is looked into within a month; and no request is made up so late that it could be done twice. */
const staysMs = 30 * 86_400_000;
/** At one look: each is a call. */
const mostAtOnce = 100;

/** Keys of attempts that nobody asks for any more: at due times of long ago, of which there is no backup (any more). */
export const toPrune = (
  prefix: string,
  keys: readonly string[],
  backups: readonly Backup[],
  now: Date,
): readonly string[] => {
  const kept = new Set(backups.map(({ annotations }) => nameIn(annotations)));
  return keys
    .filter((key) => {
      const name = readKey(prefix, key)?.name;
      const due = name === undefined ? undefined : timeOf(name);
      return due !== undefined && now.getTime() - due.getTime() > staysMs && !kept.has(name);
    })
    .slice(0, mostAtOnce);
};

const nameIn = (annotations: Readonly<Record<string, string>>): string | undefined => {
  const scheduleId = annotations[annotationKeys.schedule];
  const dueAt = new Date(annotations[annotationKeys.due] ?? '');
  return scheduleId === undefined || Number.isNaN(dueAt.getTime())
    ? undefined
    : dueName({ scheduleId, dueAt });
};
