import { isUtf8 } from 'node:buffer';
import type { Frame } from '@howdah/pglog/csv-frame';
import type { LogRecord } from '@howdah/pglog/record';
import type { Parsed } from './parse.ts';

/** Where a record comes from. */
export interface Origin {
  /** See `recordId`. */
  readonly id: string;
  /** Patroni's name of the member. */
  readonly member: string;
  /** The log file's base name. */
  readonly file: string;
}

/**
 * One record as a line of JSON. The keys are those of PostgreSQL's own jsonlog, beside them `id`, `member`,
 * `log_file`, `log_offset`. What is no record has `raw` (`raw_base64` where it is no UTF-8) and `problem`
 * instead; `cut_bytes` says how much was dropped of a record that is too large.
 */
export const encode = (parsed: Parsed, frame: Frame, origin: Origin): string =>
  `${JSON.stringify(
    parsed.kind === 'record'
      ? recordLine(parsed.record, frame, origin)
      : rawLine(parsed.problem, frame, origin),
  )}\n`;

/** Absent values leave no key: JSON.stringify drops what is undefined. */
const recordLine = (record: LogRecord, { start, cutBytes }: Frame, { id, member, file }: Origin) => {
  const remote = splitRemote(record.connectionFrom);
  const location = splitLocation(record.location);
  return {
    id,
    member,
    log_file: file,
    log_offset: start,
    cut_bytes: cutBytes > 0 ? cutBytes : undefined,
    timestamp: record.logTime,
    user: record.userName,
    dbname: record.databaseName,
    pid: record.processId,
    remote_host: remote?.host,
    remote_port: remote?.port,
    session_id: record.sessionId,
    line_num: record.sessionLineNum,
    ps: record.commandTag,
    session_start: record.sessionStartTime,
    vxid: record.virtualTransactionId,
    txid: record.transactionId,
    error_severity: record.severityText,
    state_code: record.sqlStateCode,
    message: record.message,
    detail: record.detail,
    hint: record.hint,
    internal_query: record.internalQuery,
    internal_position: record.internalQueryPos,
    context: record.context,
    statement: record.query,
    cursor_position: record.queryPos,
    func_name: location?.function,
    file_name: location?.file,
    file_line_num: location?.line,
    application_name: record.applicationName,
    backend_type: record.backendType,
    leader_pid: record.leaderPid,
    query_id: record.queryId,
  };
};

const rawLine = (problem: string, { start, cutBytes, bytes }: Frame, { id, member, file }: Origin) => ({
  id,
  member,
  log_file: file,
  log_offset: start,
  cut_bytes: cutBytes > 0 ? cutBytes : undefined,
  ...(isUtf8(bytes) ? { raw: bytes.toString('utf8') } : { raw_base64: bytes.toString('base64') }),
  problem,
});

/** `10.0.0.1:5000`, `::1:5000`, `[local]`. */
const splitRemote = (from: string | undefined): { host: string; port?: number } | undefined => {
  const match = from === undefined ? null : /^(.*):(\d+)$/.exec(from);
  if (match?.[1] !== undefined) return { host: match[1], port: Number(match[2]) };
  return from === undefined ? undefined : { host: from };
};

/** `function, file:line`. */
const splitLocation = (location: string | undefined) => {
  const match = location === undefined ? null : /^(.*), (.*):(\d+)$/.exec(location);
  return match === null ? undefined : { function: match[1], file: match[2], line: Number(match[3]) };
};
