import type { Cluster } from '../cluster/cluster.ts';
import type { Tell } from './narrator.ts';

/** Hands the primary's role to another member, and tells what changed and in how long. */
export const failover = async (cluster: Cluster, tell: Tell, signal: AbortSignal): Promise<void> => {
  const timelineOf = async (name: string) =>
    (await cluster.view(signal)).find((member) => member.name === name)?.timeline;
  const before = await cluster.primary(signal);
  const timeline = await timelineOf(before.name);
  tell(`${before.name} is primary on timeline ${timeline}; asking Patroni to hand over`);
  const begin = performance.now();
  const { from, to } = await cluster.switchover(signal);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  tell(
    `${to.name} takes writes ${seconds} s later, on timeline ${await timelineOf(to.name)}; ${from.name} becomes a replica`,
  );
  tell(`the next backup is taken by ${to.name}`);
};
