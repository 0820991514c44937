/** Records by severity of one csvlog file. */
export type SeverityCounts = Readonly<Record<string, number>>;

/** The table of PostgreSQL's manual, "Using CSV-Format Log Output", for 14 and later. */
export const createLogTable = `CREATE TEMPORARY TABLE log (
  log_time text, user_name text, database_name text, process_id text, connection_from text, session_id text,
  session_line_num text, command_tag text, session_start_time text, virtual_transaction_id text,
  transaction_id text, error_severity text, sql_state_code text, message text, detail text, hint text,
  internal_query text, internal_query_pos text, context text, query text, query_pos text, location text,
  application_name text, backend_type text, leader_pid text, query_id text)`;

/** One row, one column: {@link SeverityCounts} of what was copied into the table, as JSON. */
export const countBySeverity = `SELECT coalesce(json_object_agg(severity, records), '{}')::text AS counts
  FROM (SELECT error_severity AS severity, count(*) AS records FROM log GROUP BY error_severity) AS counted`;
