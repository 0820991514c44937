import type { CustomQuery } from './config.ts';

/** How a query is called among the collectors, where no view's name can be in its way. */
export const collectorIdOf = (query: Pick<CustomQuery, 'name'>): string => `custom:${query.name}`;

/** What postgres_exporter's queries.yaml made of the same two words. */
export const metricNameOf = (query: Pick<CustomQuery, 'name'>, column: string): string =>
  `${query.name}_${column}`;

/**
 * Begins of the names that this exporter and the agents beside it serve: a name served twice costs
 * Prometheus the whole scrape. Begins, because pg_settings_* depends on the server, and so that a new column
 * of a view takes nobody's name.
 */
const ownPrefixes = [
  'howdah_',
  'patroni_',
  'pgbackrest_',
  'postgres_severity',
  'pg_database_',
  'pg_exporter_',
  'pg_locks_',
  'pg_replication_',
  'pg_roles_',
  'pg_scrape_collector_',
  'pg_settings_',
  'pg_stat_activity_',
  'pg_stat_archiver_',
  'pg_stat_bgwriter_',
  'pg_stat_checkpointer_',
  'pg_stat_database_',
  'pg_stat_replication_',
  'pg_stat_user_tables_',
  'pg_statio_user_tables_',
  'pg_static',
  'pg_up',
  'pg_wal_',
];

/** The begin of the metric's name that is ours; undefined where it is free. */
export const ownPrefixOf = (metric: string): string | undefined =>
  ownPrefixes.find((prefix) => metric.startsWith(prefix));
