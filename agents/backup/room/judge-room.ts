import type { BackupType } from '@howdah/pgbackrest/info';
import type { SeenBackup } from '../repository/views.ts';

/** Of as many of the newest of its type the largest counts: an idle night says little of the next day. */
const considered = 3;

/** What the next backup of that type adds to a repository, by the last ones; undefined without any. */
export const expectedBytes = (type: BackupType, backups: readonly SeenBackup[]): number | undefined => {
  const sizes = backups.filter((one) => one.type === type).map((one) => one.repositoryDeltaBytes);
  return sizes.length === 0 ? undefined : Math.max(...sizes.slice(-considered));
};

export interface RoomQuestion {
  readonly type: BackupType;
  /** Of the repository, oldest first. */
  readonly backups: readonly SeenBackup[];
  /** On its volume. */
  readonly availableBytes: number;
  /** Label of a backup that was begun there and not finished; pgBackRest goes on with it, or removes it first. */
  readonly unfinished: string | undefined;
}

export type RoomDecision =
  | { readonly kind: 'enough' }
  /** Nobody can say; the backup is tried. */
  | { readonly kind: 'unknown'; readonly because: string }
  | { readonly kind: 'short'; readonly expectedBytes: number };

/**
 * Whether a volume has room for a backup. The size of a type that was never taken is not guessed: a database's own size
 * is several times that of its compressed copy, and a wrong refusal costs a backup.
 */
export const judgeRoom = ({ type, backups, availableBytes, unfinished }: RoomQuestion): RoomDecision => {
  const expected = expectedBytes(type, backups);
  if (expected === undefined) return { kind: 'unknown', because: `there is no ${type} to go by` };
  if (expected <= availableBytes) return { kind: 'enough' };
  if (unfinished !== undefined)
    return { kind: 'unknown', because: `${unfinished} was begun there, and may need little more` };
  return { kind: 'short', expectedBytes: expected };
};
