import { parseGucNumber } from './guc-number.ts';
import type { GucType } from './guc-value.ts';
import { parseBool } from './guc-value.ts';

/**
 * Settings that must be the same on every member, or that Patroni needs to do its work: it passes them on
 * the server's command line, where no file can change them, and takes them from the cluster-wide
 * configuration only. A value below Patroni's own minimum it silently replaces by its default.
 * Source: CMDLINE_OPTIONS in patroni/postgresql/config.py, 4.1; wal_keep_segments ended with PostgreSQL 12.
 */
const clusterWide: Readonly<Record<string, { readonly min?: number; readonly words?: readonly string[] }>> = {
  max_connections: { min: 25 },
  max_locks_per_transaction: { min: 32 },
  max_prepared_transactions: { min: 0 },
  max_replication_slots: { min: 4 },
  max_wal_senders: { min: 3 },
  max_worker_processes: { min: 2 },
  track_commit_timestamp: {},
  // In MB, the setting's base unit.
  wal_keep_size: { min: 16 },
  wal_level: { words: ['hot_standby', 'replica', 'logical'] },
  wal_log_hints: {},
};

/** What Patroni derives from its own configuration, and takes from nowhere else. */
const derived: Readonly<Record<string, string>> = {
  listen_addresses: 'postgresql.listen of patroni.yml',
  cluster_name: 'scope of patroni.yml',
  hot_standby: 'Patroni itself, which keeps it on',
  primary_conninfo: 'Patroni itself, which points replicas to the primary',
  primary_slot_name: 'Patroni itself, which makes the slots',
};
const recoverySetting =
  /^(?:recovery_target(?:_\w+)?|recovery_min_apply_delay|restore_command|archive_cleanup_command|recovery_end_command|promote_trigger_file)$/;

/** Whether `PATCH /config` is the way to change it. */
export const isClusterWide = (name: string): boolean => Object.hasOwn(clusterWide, name.toLowerCase());

/** Why Patroni would not take this setting, or not this value of it, from a file; undefined when it would. */
export const patroniObjection = (name: string, value: string, type: GucType): string | undefined => {
  const key = name.toLowerCase();
  const owner = Object.hasOwn(derived, key) ? derived[key] : undefined;
  if (owner !== undefined) return `is set by ${owner}`;
  if (recoverySetting.test(key)) return 'belongs into postgresql.recovery_conf of Patroni’s configuration';
  const rule = Object.hasOwn(clusterWide, key) ? clusterWide[key] : undefined;
  if (rule === undefined) return undefined;
  if (rule.words !== undefined && !rule.words.includes(value.toLowerCase()))
    return `must be one of ${rule.words.join(', ')} under Patroni`;
  if (rule.min === undefined) return undefined;
  const number = parseGucNumber(value, 'integer', type.unit);
  return number.ok && number.value < rule.min
    ? `must be at least ${rule.min}${type.unit === null ? '' : ` ${type.unit}`} under Patroni`
    : undefined;
};

/** A value in the JSON of `PATCH /config`: numbers and switches as such, so that Patroni's checks read them. */
export const patroniValue = (value: string, type: GucType): string | number => {
  if (type.vartype === 'bool') return parseBool(value) === true ? 'on' : 'off';
  if (type.vartype === 'integer' && /^[0-9]+$/.test(value)) return Number(value);
  return value;
};
