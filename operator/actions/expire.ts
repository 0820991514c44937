import type { ActionStatus, PostgresAction } from '@howdah/kinds/postgres-action';
import type { ClusterSpec } from '@howdah/kinds/postgres-cluster';
import { backupView } from '@howdah/status/backup-view';
import type { Fleet } from '@howdah/status/fleet';
import { type BackupRequest, repositoryNumber, requestIdOf, secondsOf } from '../backups/requests.ts';

type Backup = ClusterSpec['backup'];

/** Why nothing can expire; undefined when it can. */
export const expireRefusal = (cluster: string, { repositories, retention }: Backup): string | undefined => {
  if (repositories === undefined)
    return `${cluster} has no repository: spec.backup.repositories says where its backups go`;
  return retention === undefined
    ? `${cluster} has no spec.backup.retention: its backups stay forever, and nothing would go`
    : undefined;
};

/** What the agents are asked for. It stands in their file until the action has ended. */
export const expireRequest = (
  { metadata, status }: Pick<PostgresAction, 'metadata' | 'status'>,
  { repositories = [] }: Backup,
): readonly BackupRequest[] =>
  status.startedAt === undefined || repositories.length === 0
    ? []
    : [
        {
          id: requestIdOf({ metadata }),
          type: 'expire',
          repos: repositories.map(({ name }) => repositoryNumber(name)),
          at: new Date(status.startedAt).toISOString(),
        },
      ];

/** The file reaches the agents within seconds, and they begin at once unless a backup is being taken. */
const patienceMs = 3_600_000;

/**
 * How it goes, in the words of the primary's agent; undefined while there is nothing new to say. Time that a backup
 * takes is not counted: an agent takes up a new file only when the backup has ended.
 */
export const expireOutcome = (
  { metadata, status }: Pick<PostgresAction, 'metadata' | 'status'>,
  fleet: Fleet,
  now: Date,
): ActionStatus | undefined => {
  const id = requestIdOf({ metadata });
  const view = backupView(fleet);
  const run = view?.detail.expirations?.find((each) => each.id === id);
  // Whoever lost the role says so, too: then it is done by the next primary.
  const byPrimary = view?.authoritative === true && view.detail.role === 'primary';
  if (run?.endedAt !== undefined && (run.reason === undefined || byPrimary)) {
    const gone = `${run.expired?.join(', ') || 'no backup'} went`;
    return run.reason === undefined
      ? { phase: 'Done', message: `${gone}, by what retention keeps` }
      : { phase: 'Failed', message: `${run.reason}; ${gone}` };
  }
  const backup = view?.authoritative === true ? view.detail.running : undefined;
  if (backup !== undefined) {
    const message = `waits for the ${backup.type} backup into repo${backup.repo} that began at ${secondsOf(backup.startedAt)}`;
    return message === status.message ? undefined : { phase: 'Running', message, waitedUntil: undefined };
  }
  if (status.message !== undefined && status.waitedUntil === undefined)
    return {
      phase: 'Running',
      message: 'the backup that it waited for is not seen to run any more',
      waitedUntil: secondsOf(now.toISOString()),
    };
  const waitedMs = now.getTime() - Date.parse(status.waitedUntil ?? status.startedAt ?? now.toISOString());
  return run?.startedAt === undefined && waitedMs > patienceMs
    ? { phase: 'Failed', message: 'the primary’s agent has not begun within an hour; howdah status says why' }
    : undefined;
};
