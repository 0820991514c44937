import type { Clock } from '@howdah/core/clock';
import { HowdahError } from '@howdah/core/errors';
import type { Logger } from '@howdah/runtime/logger';
import { answerWithin } from '../answer-within.ts';
import { backupErrors } from '../errors.ts';
import type { Due } from '../model.ts';
import type { Repository } from '../ports.ts';
import { keptInsteadOfGood } from '../repository/expendable.ts';
import type { RepositoryStorage } from '../repository/storage.ts';
import type { StorageWatch } from '../repository/storage-watch.ts';
import { viewIn } from '../repository/views.ts';
import type { RepositoryWatch } from '../repository/watch.ts';
import { judgeRoom } from './judge-room.ts';
import { unfinishedIn } from './unfinished.ts';

/** What is done where a backup will not fit: nothing, or what retention no longer keeps goes first. */
export type WhenFull = 'fail' | 'expire-first';

export interface MakeRoomInput {
  readonly stanza: string;
  readonly whenFull: WhenFull;
  readonly storage: StorageWatch;
  readonly repository: Pick<Repository, 'expire'>;
  readonly repositories: Pick<RepositoryWatch, 'read' | 'views'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly logger: Logger;
}

/** Rejects with HOWDAH_BACKUP_NO_ROOM where a backup is not to be begun, or with the signal's reason. */
export type MakeRoom = (due: Due, signal: AbortSignal) => Promise<void>;

const listDeadlineMs = 5_000;

/** Sees to the room for a backup on the volume of its repository, before pgBackRest is started. */
export const createMakeRoom = (input: MakeRoomInput): MakeRoom => {
  const { repository, repositories, whenFull, logger } = input;
  return async (due, signal) => {
    const before = await shortage(input, due, signal);
    if (before === undefined) return;
    if (whenFull === 'fail') throw noRoom(due, before, '');
    const why = whyNothingGoes(input, due, before.storage);
    if (why !== undefined) throw noRoom(due, before, `; ${why}`);
    const { type, repo } = due;
    logger.warn(
      { type, repo, ...bytesOf(before) },
      'too little room: what retention no longer keeps goes first',
    );
    await repository.expire(repo, signal);
    await repositories.read(signal);
    const after = await shortage(input, due, signal);
    if (after !== undefined) throw noRoom(due, after, ' after what retention no longer keeps has gone');
  };
};

interface Shortage {
  readonly expectedBytes: number;
  readonly availableBytes: number;
  readonly storage: RepositoryStorage;
}

/** Undefined where there is room, or nobody can say. */
const shortage = async (
  input: MakeRoomInput,
  due: Due,
  signal: AbortSignal,
): Promise<Shortage | undefined> => {
  const { type, repo } = due;
  const [storage] = await input.storage.look([repo], signal);
  if (storage?.room === undefined) return undefined;
  const backups = viewIn(input.repositories.views(), repo)?.backups ?? [];
  const listed = backups.map(({ label }) => label);
  const { path, room } = storage;
  const unfinished =
    path === undefined
      ? undefined
      : await answerWithin(unfinishedIn(path, input.stanza, listed), listDeadlineMs, input.clock, signal);
  const { availableBytes } = room;
  const decision = judgeRoom({ type, backups, availableBytes, unfinished });
  if (decision.kind === 'unknown')
    input.logger.info(
      { type, repo, availableBytes, because: decision.because },
      'whether there is room for the backup is not known',
    );
  return decision.kind === 'short'
    ? { expectedBytes: decision.expectedBytes, availableBytes, storage }
    : undefined;
};

const whyNothingGoes = (
  { repositories }: MakeRoomInput,
  { repo }: Due,
  { retentionSet }: RepositoryStorage,
): string | undefined => {
  if (retentionSet !== true) return `no retention is set (repo${repo}-retention-full), so nothing may go`;
  const view = viewIn(repositories.views(), repo);
  const kept = view === undefined ? undefined : keptInsteadOfGood(view);
  return kept === undefined
    ? undefined
    : `${kept.label} is superseded, and retention would keep it in place of a good one`;
};

const bytesOf = ({ expectedBytes, availableBytes }: Shortage) => ({ expectedBytes, availableBytes });

const noRoom = (
  { type, repo }: Due,
  { expectedBytes, availableBytes }: Shortage,
  more: string,
): HowdahError =>
  new HowdahError(
    backupErrors.noRoom,
    `the volume of repo${repo} has ${availableBytes} bytes free, and a ${type} is expected to take ${expectedBytes}${more}; it was not begun`,
  );
