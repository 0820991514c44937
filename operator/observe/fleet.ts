import type { Clock } from '@howdah/core/clock';
import type { PatroniClient } from '@howdah/patroni/client';
import { ask, askAny } from '@howdah/status/ask';
import { createStatusClient } from '@howdah/status/client';
import type { Cluster, Fleet } from '@howdah/status/fleet';
import type { Status } from '@howdah/status/status';
import { ports } from '../desire/paths.ts';
import type { OpenPatroni } from './member-patroni.ts';
import type { MemberPod } from './pods.ts';

/** What is told within so long is of now; a member that needs longer is not waited for. */
const deadlineMs = 3_000;

const agentsOf = async (address: string, signal: AbortSignal): Promise<Status> => {
  const client = createStatusClient({ url: `http://${address}:${ports.agents}`, timeoutMs: deadlineMs });
  try {
    return await client.read(signal);
  } finally {
    client.close();
  }
};

const clusterOf = async (client: PatroniClient, signal: AbortSignal): Promise<Cluster> => {
  try {
    return await client.cluster(signal);
  } finally {
    client.close();
  }
};

/** Asks every member’s agents, and Patroni on whoever answers first. */
export const readFleet = async (
  pods: readonly MemberPod[],
  open: OpenPatroni,
  clock: Clock,
  signal: AbortSignal,
): Promise<Fleet> => {
  const asks = pods.flatMap((pod) => {
    const { address, ending } = pod;
    if (address === undefined || ending) return [];
    return [(within: AbortSignal) => clusterOf(open(pod, address, { deadlineMs }), within)];
  });
  const [cluster, members] = await Promise.all([
    ask({}, (within) => askAny(asks, within), clock, signal),
    Promise.all(
      pods.map(async ({ name, address }) => ({
        name,
        watched: true,
        agents:
          address === undefined ? {} : await ask({}, (within) => agentsOf(address, within), clock, signal),
      })),
    ),
  ]);
  return { now: clock.now().toISOString(), staleAfterSeconds: deadlineMs / 1_000 + 1, cluster, members };
};
