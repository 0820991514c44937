/**
 * Parameters of PostgreSQL 15 to 18 that take effect when the server is started (`context = 'postmaster'` in
 * pg_settings), and of the extension that every cluster preloads. A running member knows better and is asked by its
 * own agent; here nobody is asked. A test compares this list with a real server's.
 */
const names: ReadonlySet<string> = new Set([
  ...['archive_mode', 'autovacuum_freeze_max_age', 'autovacuum_multixact_freeze_max_age'],
  ...['autovacuum_worker_slots', 'bonjour', 'bonjour_name', 'cluster_name', 'commit_timestamp_buffers'],
  ...['config_file', 'data_directory', 'data_sync_retry', 'dynamic_shared_memory_type', 'event_source'],
  ...['external_pid_file', 'hba_file', 'hot_standby', 'huge_page_size', 'huge_pages', 'ident_file'],
  ...['debug_io_direct', 'ignore_invalid_pages'],
  ...['io_max_combine_limit', 'io_max_concurrency', 'io_method', 'jit_provider', 'listen_addresses'],
  ...['logging_collector', 'max_active_replication_origins', 'max_connections', 'max_files_per_process'],
  ...['max_locks_per_transaction', 'max_logical_replication_workers', 'max_notify_queue_pages'],
  ...['max_pred_locks_per_transaction', 'max_prepared_transactions', 'max_replication_slots'],
  ...['max_wal_senders', 'max_worker_processes', 'min_dynamic_shared_memory', 'multixact_member_buffers'],
  ...['multixact_offset_buffers', 'notify_buffers', 'old_snapshot_threshold', 'pg_stat_statements.max'],
  ...['port', 'recovery_target', 'recovery_target_action', 'recovery_target_inclusive'],
  ...['recovery_target_lsn', 'recovery_target_name', 'recovery_target_time', 'recovery_target_timeline'],
  ...['recovery_target_xid', 'reserved_connections', 'serializable_buffers', 'shared_buffers'],
  ...['shared_memory_type', 'shared_preload_libraries', 'subtransaction_buffers'],
  ...['superuser_reserved_connections', 'trace_connection_negotiation', 'track_activity_query_size'],
  ...['track_commit_timestamp', 'transaction_buffers', 'unix_socket_directories', 'unix_socket_group'],
  ...['unix_socket_permissions', 'wal_buffers', 'wal_decode_buffer_size', 'wal_level', 'wal_log_hints'],
]);

/** @param version the major version: 18 starts and stops autovacuum’s workers without a restart. */
export const needsRestart = (parameter: string, version: number): boolean =>
  names.has(parameter.toLowerCase()) ||
  (parameter.toLowerCase() === 'autovacuum_max_workers' && version < 18);
