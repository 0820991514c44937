import type { Cluster } from '../cluster/cluster.ts';
import type { Member } from '../cluster/member.ts';
import type { Tell } from './narrator.ts';

/** The timeline that a primary writes on: the first eight hexadecimal digits of its WAL segment's name. */
const timelineOf = async (primary: Member): Promise<number> => {
  const [row] = await primary.query<{ segment: string }>(
    'SELECT pg_walfile_name(pg_current_wal_insert_lsn()) AS segment',
  );
  return Number.parseInt(row?.segment.slice(0, 8) ?? '', 16);
};

/** Hands the primary's role to another member, and tells what changed and in how long. */
export const failover = async (cluster: Cluster, tell: Tell, signal: AbortSignal): Promise<void> => {
  const before = await cluster.primary(signal);
  tell(`${before.name} is primary on timeline ${await timelineOf(before)}; asking Patroni to hand over`);
  const begin = performance.now();
  const { from, to } = await cluster.switchover(signal);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  tell(
    `${to.name} takes writes ${seconds} s later, on timeline ${await timelineOf(to)}; ${from.name} becomes a replica`,
  );
  tell(`the next backup is taken by ${to.name}`);
};
