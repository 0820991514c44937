import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../cluster/cluster.ts';
import { isPrimary } from '../cluster/patroni.ts';
import { listed, sizeInWords, type Tell } from './narrator.ts';
import { makersOf, type RepositoryBackup, readBackups } from './repository.ts';

/** What one look at the cluster finds. */
export interface Sight {
  readonly primary: string | undefined;
  /** Members that Patroni sees running or streaming. */
  readonly healthy: readonly string[];
  readonly backups: readonly RepositoryBackup[];
}

/** The differences worth a line; backups are told apart, because who made them is asked first. */
export const differences = (before: Sight, after: Sight): readonly string[] => {
  const lines: string[] = [];
  if (before.primary !== after.primary) {
    if (after.primary === undefined)
      lines.push(`no primary: ${before.primary} has given up the role or is gone`);
    else
      lines.push(
        `${after.primary} is primary now${before.primary === undefined ? '' : `, after ${before.primary}`}`,
      );
  }
  const lost = before.healthy.filter((name) => !after.healthy.includes(name));
  const back = after.healthy.filter((name) => !before.healthy.includes(name));
  if (lost.length > 0) lines.push(`${listed(lost)} no longer running`);
  if (back.length > 0) lines.push(`${listed(back)} running again`);
  return lines;
};

/** One look at members and repository. */
export const look = async (cluster: Cluster, signal: AbortSignal): Promise<Sight> => {
  const [view, backups] = await Promise.all([
    cluster.view(signal).catch(() => []),
    readBackups(cluster, signal),
  ]);
  return {
    primary: view.find((member) => isPrimary(member) && member.state === 'running')?.name,
    healthy: view.filter(({ state }) => state === 'running' || state === 'streaming').map(({ name }) => name),
    backups,
  };
};

/** Backups of `after` that were not there `before`, without the repository's very first, which the story tells. */
export const newBackups = (before: Sight, after: Sight): readonly RepositoryBackup[] => {
  const told = new Set([...before.backups, ...after.backups.slice(0, 1)].map((backup) => backup.label));
  return after.backups.filter(({ label }) => !told.has(label));
};

/** Tells changes of role, members and repository since `first` as they happen; ends by rejecting when `signal` aborts. */
export const watchCluster = async (
  cluster: Cluster,
  first: Sight,
  tell: Tell,
  signal: AbortSignal,
): Promise<never> => {
  let before = first;
  for (;;) {
    // A look that fails (a member just going down) says nothing; the next one will.
    const after = await look(cluster, AbortSignal.any([signal, AbortSignal.timeout(10_000)])).catch(
      () => before,
    );
    signal.throwIfAborted();
    for (const line of differences(before, after)) tell(line);
    for (const backup of newBackups(before, after)) {
      const makers = listed(await makersOf(cluster, backup.label));
      const added = sizeInWords(backup.info.repository.delta);
      tell(`backup ${backup.label}: ${backup.type}, ${added} added, by ${makers}`);
    }
    before = after;
    await delay(1_000, undefined, { signal });
  }
};
