import { createHash } from 'node:crypto';
import type { PostgresBackup, RequestStatus } from '@howdah/kinds/postgres-backup';
import type { ClusterSpec } from '@howdah/kinds/postgres-cluster';
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

/** Whether nothing more comes of it: the repository shows it, or the agents have given it up. */
export const isOver = ({ status }: Pick<PostgresBackup, 'status'>): boolean =>
  status.phase === 'Done' || (status.phase === 'Failed' && status.endedAt !== undefined);

/** What the agents are asked for: everything that the repository does not show yet, and that nobody gave up. */
export const requestsOf = (backups: readonly PostgresBackup[]): readonly BackupRequest[] =>
  backups
    .filter((backup) => !isOver(backup))
    .map((backup) => ({
      id: requestIdOf(backup),
      type: backup.spec.type,
      repos: [repoOf(backup)],
      at: new Date(backup.metadata.creationTimestamp).toISOString(),
    }))
    .toSorted((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));

/** Why it cannot be begun as the cluster is; undefined when it can. */
export const obstacle = (
  { spec: { cluster, repository } }: Pick<PostgresBackup, 'spec'>,
  repositories: ClusterSpec['backup']['repositories'] = [],
): string | undefined => {
  if (repositories.some(({ name }) => name === repository)) return undefined;
  const there = repositories.map(({ name }) => name).join(', ');
  return `${cluster} has no ${repository} in spec.backup.repositories${there === '' ? '' : `, only ${there}`}; it is taken when there is one`;
};

/** What came of a request, in the words of the primary's agent; undefined while it says nothing of it. */
export const requestStatus = (backup: PostgresBackup, fleet: Fleet, now: Date): RequestStatus | undefined => {
  const view = backupView(fleet);
  if (view === undefined) return undefined;
  const id = requestIdOf(backup);
  const { running, lastRun, runs = [], repositories, requests = [] } = view.detail;
  const asked = requests.find((request) => request.id === id);
  const label = asked?.repos[0]?.label;
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
  // By the run journal, whichever member it was; where there is none, by what the primary's agent remembers.
  const own = runs.filter(({ scheduleId }) => scheduleId === `request/${id}`);
  const here = running?.scheduleId === `request/${id}` ? { ...running, member: view.member.name } : undefined;
  const underWay = here ?? own.find(({ outcome }) => outcome === undefined);
  if (underWay !== undefined)
    return {
      phase: 'Running',
      member: underWay.member,
      startedAt: secondsOf(underWay.startedAt),
      message: `pgBackRest copies on ${underWay.member}`,
    };
  const remembered =
    lastRun?.scheduleId === `request/${id}` && lastRun.outcome !== 'done' ? lastRun : undefined;
  const last = own[0] ?? (remembered && { ...remembered, member: view.member.name });
  if (asked?.gaveUp !== undefined)
    return {
      phase: 'Failed',
      message: asked.gaveUp,
      ...(last === undefined ? {} : { member: last.member, startedAt: secondsOf(last.startedAt) }),
      endedAt: secondsOf(last?.endedAt ?? now.toISOString()),
    };
  if (last === undefined) return { phase: 'Pending', message: 'The primary’s agent has not begun yet.' };
  return {
    phase: 'Pending',
    member: last.member,
    message: `${last.outcome} on ${last.member}: ${last.reason ?? 'no reason given'}; it is tried again`,
  };
};

/** An instant as Kubernetes writes them. */
export const secondsOf = (instant: string): string => new Date(instant).toISOString().replace(/\.\d+Z$/, 'Z');

const memberOf = (annotations: Readonly<Record<string, string>> | undefined): { member?: string } => {
  const member = annotations?.['howdah-member'];
  return member === undefined ? {} : { member };
};
