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

const look = async (cluster: Cluster, signal: AbortSignal): Promise<Sight> => {
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

/** Tells changes of role, members and repository as they happen, until it is told to stop. */
export const watchCluster = async (cluster: Cluster, tell: Tell, signal: AbortSignal): Promise<void> => {
  let before = await look(cluster, signal);
  for (;;) {
    await delay(1_000, undefined, { signal });
    // A look that fails (a member just going down) says nothing; the next one will.
    const after = await look(cluster, AbortSignal.any([signal, AbortSignal.timeout(10_000)])).catch(
      () => before,
    );
    signal.throwIfAborted();
    for (const line of differences(before, after)) tell(line);
    const known = new Set(before.backups.map((backup) => backup.label));
    for (const backup of after.backups.filter(({ label }) => !known.has(label))) {
      const makers = listed(await makersOf(cluster, backup.label));
      tell(
        `backup ${backup.label}: ${backup.type}, ${sizeInWords(backup.info.repository.delta)} added, by ${makers}`,
      );
    }
    before = after;
  }
};
