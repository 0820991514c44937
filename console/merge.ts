import type { Cluster, Fleet, FleetMember, Reading } from '@howdah/status/fleet';
import type { Status } from '@howdah/status/status';

export interface Known {
  readonly cluster: Reading<Cluster>;
  /** In the order of the configuration. */
  readonly agents: ReadonlyMap<string, Reading<Status>>;
}

/** Puts together who is configured and whom Patroni knows. */
export const merge = ({ cluster, agents }: Known, now: Date, staleAfterSeconds: number): Fleet => {
  const watched: FleetMember[] = [...agents].map(([name, reading]) => ({
    name,
    watched: true,
    agents: reading,
  }));
  const others: FleetMember[] = (cluster.answer?.members ?? [])
    .filter(({ name }) => !agents.has(name))
    .map(({ name }) => ({ name, watched: false, agents: {} }));
  return { now: now.toISOString(), staleAfterSeconds, cluster, members: [...watched, ...others] };
};
