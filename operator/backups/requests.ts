import { createHash } from 'node:crypto';
import type { PostgresBackup, RequestStatus } from '@howdah/kinds/postgres-backup';
import { backupView } from '@howdah/status/backup-view';
import type { Fleet } from '@howdah/status/fleet';

/** A request of backup.yaml: a backup, or an expiration. */
export interface BackupRequest {
  readonly id: string;
  readonly type: PostgresBackup['spec']['type'] | 'expire';
  readonly repos: readonly number[];
  readonly at: string;
}

/** `repo2` is 2 to pgBackRest. */
export const repositoryNumber = (name: string): number => Number(name.slice('repo'.length));
const repoOf = ({ spec }: PostgresBackup): number => repositoryNumber(spec.repository);

/** Names may be longer than ids, and one of the same name may come again: the uid tells them apart. */
export const requestIdOf = ({
  metadata: { name, uid },
}: {
  readonly metadata: { readonly name: string; readonly uid: string };
}): string => {
  const digest = createHash('sha256').update(uid).digest('hex').slice(0, 8);
  return `${name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 50)}-${digest}`;
};

/** What the agents are asked for: everything that the repository does not show yet. */
export const requestsOf = (backups: readonly PostgresBackup[]): readonly BackupRequest[] =>
  backups
    .filter(({ status }) => status.phase !== 'Done')
    .map((backup) => ({
      id: requestIdOf(backup),
      type: backup.spec.type,
      repos: [repoOf(backup)],
      at: new Date(backup.metadata.creationTimestamp).toISOString(),
    }))
    .toSorted((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));

/** What came of a request, in the words of the primary's agent; undefined while it says nothing of it. */
export const requestStatus = (backup: PostgresBackup, fleet: Fleet): RequestStatus | undefined => {
  const view = backupView(fleet);
  if (view === undefined) return undefined;
  const id = requestIdOf(backup);
  const { running, lastRun, repositories, requests = [] } = view.detail;
  const label = requests.find((request) => request.id === id)?.repos[0]?.label;
  const entry = repositories
    .flatMap(({ backups }) => backups)
    .find((each) => each.label === label && each.repo === repoOf(backup));
  if (entry !== undefined)
    return {
      phase: 'Done',
      message: `${entry.label} is in ${backup.spec.repository}`,
      label: entry.label,
      repositoryBytes: entry.repositoryBytes,
      startedAt: secondsOf(entry.startedAt),
      endedAt: secondsOf(entry.stoppedAt),
      ...memberOf(entry.annotations),
    };
  if (running?.scheduleId === `request/${id}`)
    return {
      phase: 'Running',
      member: view.member.name,
      startedAt: secondsOf(running.startedAt),
      message: 'pgBackRest copies',
    };
  if (lastRun?.scheduleId === `request/${id}` && lastRun.outcome !== 'done')
    return {
      phase: 'Failed',
      member: view.member.name,
      message: `${lastRun.reason ?? lastRun.outcome}; it is tried again`,
    };
  return { phase: 'Pending', message: 'The primary’s agent has not begun yet.' };
};

/** An instant as Kubernetes writes them. */
export const secondsOf = (instant: string): string => new Date(instant).toISOString().replace(/\.\d+Z$/, 'Z');

const memberOf = (annotations: Readonly<Record<string, string>> | undefined): { member?: string } => {
  const member = annotations?.['howdah-member'];
  return member === undefined ? {} : { member };
};
