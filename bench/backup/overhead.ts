import type { Cluster } from '@howdah/testbed-local/cluster/cluster';
import { requestFull, untilAgent } from './member-status.ts';

/** Until every member has read its new configuration. */
const leadMs = 8_000;

/** Seconds of `pgbackrest backup` by hand. */
export const byHand = async (cluster: Cluster, signal: AbortSignal): Promise<number> => {
  const startedMs = performance.now();
  await cluster.pgbackrest(['--type=full', 'backup'], signal);
  return (performance.now() - startedMs) / 1_000;
};

/** Seconds from a due time until the agent has read the backup back and says that it is done. */
export const byAgent = async (cluster: Cluster, id: string, signal: AbortSignal): Promise<number> => {
  const due = new Date(Math.ceil((Date.now() + leadMs) / 1_000) * 1_000);
  await requestFull(cluster, id, due);
  const primary = await cluster.primary(signal);
  await untilAgent('to have taken the backup', primary, signal, ({ lastRun }) =>
    lastRun?.scheduleId.includes(id) && lastRun.outcome === 'done' ? true : undefined,
  );
  return (Date.now() - due.getTime()) / 1_000;
};
