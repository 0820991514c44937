import { splitCsv } from './csv-fields.ts';
import type { LogRecord, ParseOutcome } from './record.ts';
import { severityOf } from './severity.ts';

/**
 * Columns of csvlog by major (src/backend/utils/error/csvlog.c, before 15 elog.c): 23 up to PostgreSQL 12,
 * 24 in 13 (backend_type), 26 from 14 on (leader_pid, query_id). Later majors have only ever appended, so
 * further columns are ignored.
 */
const leastColumns = 23;

/** A record that was cut still says what and when when it reaches the message. */
const columnsUpToMessage = 14;

export interface ParseOptions {
  /** The bytes are the beginning of a record whose end was dropped (`cutBytes` of its frame above 0). */
  readonly cut?: boolean;
}

/**
 * One framed record as its fields. Bytes that are no UTF-8 become U+FFFD; the frame still has them.
 * Never throws: what is no record is told as `problem`.
 */
export const parseCsvRecord = (bytes: Buffer, options: ParseOptions = {}): ParseOutcome => {
  const cut = options.cut ?? false;
  const fields = splitCsv(bytes.toString('utf8'), cut);
  if (fields === undefined) return { ok: false, problem: 'quotes do not match' };
  if (fields.length < (cut ? columnsUpToMessage : leastColumns)) {
    return { ok: false, problem: `${fields.length} columns where csvlog has at least ${leastColumns}` };
  }
  const [logTime, , , , , sessionId, lineNum] = fields;
  const sessionLineNum = wholeNumber(lineNum);
  const [severityText, sqlStateCode] = fields.slice(11, 13);
  if (logTime === undefined || sessionId === undefined || sessionLineNum === undefined) {
    return { ok: false, problem: 'no log_time, session_id or session_line_num' };
  }
  if (severityText === undefined || sqlStateCode === undefined) {
    return { ok: false, problem: 'no error_severity or sql_state_code' };
  }
  const record: Writable<LogRecord> = {
    logTime,
    sessionId,
    sessionLineNum,
    severity: severityOf(severityText),
    severityText,
    sqlStateCode,
    message: fields[13] ?? '',
  };
  for (const [column, name] of textColumns) {
    const value = fields[column];
    if (value !== undefined) record[name] = value;
  }
  for (const [column, name] of numberColumns) {
    const value = wholeNumber(fields[column]);
    if (value !== undefined) record[name] = value;
  }
  return { ok: true, record };
};

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

const textColumns = [
  [1, 'userName'],
  [2, 'databaseName'],
  [4, 'connectionFrom'],
  [7, 'commandTag'],
  [8, 'sessionStartTime'],
  [9, 'virtualTransactionId'],
  [14, 'detail'],
  [15, 'hint'],
  [16, 'internalQuery'],
  [18, 'context'],
  [19, 'query'],
  [21, 'location'],
  [22, 'applicationName'],
  [23, 'backendType'],
  [25, 'queryId'],
] as const;

const numberColumns = [
  [3, 'processId'],
  [10, 'transactionId'],
  [17, 'internalQueryPos'],
  [20, 'queryPos'],
  [24, 'leaderPid'],
] as const;

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
