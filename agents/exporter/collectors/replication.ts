import type { Family } from '../model.ts';
import { factsCollector } from './collector.ts';

const gauge = (name: string, help: string): Family => ({ name, type: 'gauge', help, labels: [] });

const isReplica = gauge('pg_replication_is_replica', '1 on a replica, 0 on a primary.');
const lag = gauge('pg_replication_lag_seconds', 'How far a replica’s replay is behind; 0 on a primary.');
const lastReplay = gauge(
  'pg_replication_last_replay_seconds',
  'Age of the last transaction that a replica replayed.',
);

const optional = (family: Family, value: number | undefined) =>
  value === undefined ? [] : [{ family, labels: [], value }];

/** postgres_exporter says 0 for what a primary has not; here it is absent. */
export const replicationCollector = factsCollector('replication', (facts) => [
  { family: isReplica, labels: [], value: facts.inRecovery ? 1 : 0 },
  ...optional(lag, facts.lagSeconds),
  ...optional(lastReplay, facts.lastReplaySeconds),
]);
