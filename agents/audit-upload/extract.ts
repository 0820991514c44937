import { createHash } from 'node:crypto';
import type { Frame } from '@howdah/pglog/csv-frame';
import { parseCsvRecord } from '@howdah/pglog/csv-parse';
import { isAuditMessage, parseAuditMessage } from '@howdah/pglog/pgaudit';
import type { LogRecord } from '@howdah/pglog/record';
import type { SegmentLine } from './model.ts';

const auditWord = Buffer.from('AUDIT: ');

/** Enough of the digest that two records of one cluster never share it. */
const idHexDigits = 32;

/**
 * The line of the segment for a framed piece of csvlog; undefined when it is no audit record. What cannot be
 * read as a record and yet speaks of AUDIT is kept as it stands: a torn record is evidence too.
 */
export const lineOfCsvFrame = (frame: Frame, file: string): SegmentLine | undefined => {
  // Nearly all of a busy log is something else: look for the word before parsing.
  if (!frame.bytes.includes(auditWord)) return undefined;
  const place = { id: idOf(frame.bytes), file, offset: frame.start };
  const cut = frame.cutBytes === 0 ? {} : { cut_bytes: frame.cutBytes };
  const parsed =
    frame.kind === 'record'
      ? parseCsvRecord(frame.bytes, { cut: frame.cutBytes > 0 })
      : { ok: false as const, problem: 'no whole record' };
  if (!parsed.ok) {
    const raw = frame.bytes.toString('utf8');
    return line({ ...place, ...cut, problem: parsed.problem, raw }, { file, offset: frame.start }, true);
  }
  const { record } = parsed;
  if (!isAuditMessage(record.message)) return undefined;
  const audit = parseAuditMessage(record.message);
  return line(
    { ...place, ...cut, ...columnsOf(record), ...(audit === undefined ? {} : { audit }) },
    { file, offset: frame.start, logTime: record.logTime },
    false,
  );
};

/**
 * The line for one line of an audit file of pgauditlogtofile. That extension escapes newlines, so a line is a
 * record; its columns differ between its versions, so the line is kept as it stands.
 */
export const lineOfAuditFile = (bytes: Buffer, file: string, offset: number): SegmentLine | undefined => {
  const text = bytes.toString('utf8').replace(/\r?\n$/, '');
  if (text === '') return undefined;
  const logTime = /^"?(\d{4}-\d\d-\d\d[ T][^",]{8,40})"?,/.exec(text)?.[1];
  return line(
    { id: idOf(bytes), file, offset, audit_file_line: text },
    { file, offset, ...(logTime === undefined ? {} : { logTime }) },
    false,
  );
};

/** Derived from the record's own bytes, which name session, line and millisecond: the same in every try. */
const idOf = (bytes: Buffer): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, idHexDigits);

const line = (content: object, mark: SegmentLine['mark'], raw: boolean): SegmentLine => ({
  bytes: Buffer.from(`${JSON.stringify(content)}\n`),
  mark,
  raw,
});

/** By csvlog's column names, as in https://www.postgresql.org/docs/current/runtime-config-logging.html. */
const columnsOf = (record: LogRecord): Record<string, string | number | undefined> => ({
  log_time: record.logTime,
  user_name: record.userName,
  database_name: record.databaseName,
  process_id: record.processId,
  connection_from: record.connectionFrom,
  session_id: record.sessionId,
  session_line_num: record.sessionLineNum,
  command_tag: record.commandTag,
  session_start_time: record.sessionStartTime,
  virtual_transaction_id: record.virtualTransactionId,
  transaction_id: record.transactionId,
  error_severity: record.severityText,
  sql_state_code: record.sqlStateCode,
  message: record.message,
  detail: record.detail,
  hint: record.hint,
  internal_query: record.internalQuery,
  internal_query_pos: record.internalQueryPos,
  context: record.context,
  query: record.query,
  query_pos: record.queryPos,
  location: record.location,
  application_name: record.applicationName,
  backend_type: record.backendType,
  leader_pid: record.leaderPid,
  query_id: record.queryId,
});
