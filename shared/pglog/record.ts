import type { Severity } from './severity.ts';

/**
 * One entry of PostgreSQL's log. Fields are absent where the server wrote none. The names follow csvlog's
 * columns (https://www.postgresql.org/docs/current/runtime-config-logging.html, table "Keys and Values" and
 * "Using CSV-Format Log Output").
 */
export interface LogRecord {
  /** As written: `2026-03-01 10:00:00.123 UTC`, in log_timezone. */
  readonly logTime: string;
  readonly userName?: string;
  readonly databaseName?: string;
  readonly processId?: number;
  /** `host:port`, or `[local]`. */
  readonly connectionFrom?: string;
  /** Start time of the process and its id, hexadecimal: `65e1b2c3.1f4`. */
  readonly sessionId: string;
  /** Counts from 1 within the session. */
  readonly sessionLineNum: number;
  readonly commandTag?: string;
  readonly sessionStartTime?: string;
  readonly virtualTransactionId?: string;
  readonly transactionId?: number;
  readonly severity: Severity;
  /** The word that the server wrote, in the language of lc_messages. */
  readonly severityText: string;
  /** Five characters, e.g. `00000`, `42P01`. */
  readonly sqlStateCode: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly internalQuery?: string;
  readonly internalQueryPos?: number;
  readonly context?: string;
  readonly query?: string;
  readonly queryPos?: number;
  /** `function, file:line`, with log_error_verbosity = verbose. */
  readonly location?: string;
  readonly applicationName?: string;
  /** From PostgreSQL 13 on, e.g. `client backend`. */
  readonly backendType?: string;
  /** From PostgreSQL 14 on: the leader of a parallel worker. */
  readonly leaderPid?: number;
  /** From PostgreSQL 14 on; a signed 64-bit number, so a string. */
  readonly queryId?: string;
}

/** What a line of the log turned out to be. */
export type ParseOutcome =
  | { readonly ok: true; readonly record: LogRecord }
  | { readonly ok: false; readonly problem: string };

/**
 * The instant of a log_time when its zone is UTC, GMT or a numeric offset; undefined for other
 * abbreviations, which are not unique (CST is three zones).
 */
export const instantOf = (logTime: string): Date | undefined => {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3}) (UTC|GMT|[+-]\d\d(?::?\d\d)?)$/.exec(logTime);
  if (match === null) return undefined;
  const [, day, time, zone = ''] = match;
  const digits = zone.replace(/[^\d]/g, '');
  const offset = digits === '' ? 'Z' : `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2) || '00'}`;
  const instant = new Date(`${day}T${time}${offset}`);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
};
