import { splitCsv } from './csv-fields.ts';
import type { ParseOutcome } from './record.ts';
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
  const logTime = fields[0];
  const sessionId = fields[5];
  const sessionLineNum = wholeNumber(fields[6]);
  if (logTime === undefined || sessionId === undefined || sessionLineNum === undefined) {
    return { ok: false, problem: 'no log_time, session_id or session_line_num' };
  }
  const severityText = fields[11];
  const sqlStateCode = fields[12];
  if (severityText === undefined || sqlStateCode === undefined) {
    return { ok: false, problem: 'no error_severity or sql_state_code' };
  }
  return {
    ok: true,
    record: {
      logTime,
      userName: fields[1],
      databaseName: fields[2],
      processId: wholeNumber(fields[3]),
      connectionFrom: fields[4],
      sessionId,
      sessionLineNum,
      commandTag: fields[7],
      sessionStartTime: fields[8],
      virtualTransactionId: fields[9],
      transactionId: wholeNumber(fields[10]),
      severity: severityOf(severityText),
      severityText,
      sqlStateCode,
      message: fields[13] ?? '',
      detail: fields[14],
      hint: fields[15],
      internalQuery: fields[16],
      internalQueryPos: wholeNumber(fields[17]),
      context: fields[18],
      query: fields[19],
      queryPos: wholeNumber(fields[20]),
      location: fields[21],
      applicationName: fields[22],
      backendType: fields[23],
      leaderPid: wholeNumber(fields[24]),
      queryId: fields[25],
    },
  };
};

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
