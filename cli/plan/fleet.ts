import type { ClusterStatus } from '@howdah/kinds/cluster-status';
import type { MemberPod } from '@howdah/operator/observe/pods';
import { memberRole } from '@howdah/status/backup';
import type { Fleet } from '@howdah/status/fleet';

/**
 * The members as the operator told of them last. Whoever plans reaches the API server, and not always the pods; so
 * that agents count as answering and a replica that streams as near, since both are looked at again before each step.
 */
export const fleetOf = (status: ClusterStatus | undefined, pods: readonly MemberPod[], now: Date): Fleet => {
  const answeredAt = now.toISOString();
  return {
    now: answeredAt,
    staleAfterSeconds: 60,
    cluster: {
      answeredAt,
      answer: {
        paused: false,
        members: (status?.members ?? []).map(({ name, role, state }) => ({
          ...{ name, state, synchronous: false, lagBytes: 0, pendingRestart: false },
          role: memberRole.catch('unknown').parse(role),
        })),
      },
    },
    members: pods.map(({ name }) => ({ name, watched: true, agents: { answeredAt } })),
  };
};
