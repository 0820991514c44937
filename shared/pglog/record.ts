import type { Severity } from './severity.ts';

/**
 * One entry of PostgreSQL's log. Fields are undefined where the server wrote none (and there all the same: a
 * record of one shape is cheaper than one of many). The names follow csvlog's
 * columns (https://www.postgresql.org/docs/current/runtime-config-logging.html, table "Keys and Values" and
 * "Using CSV-Format Log Output").
 */
export interface LogRecord {
  /** As written: `2026-03-01 10:00:00.123 UTC`, in log_timezone. */
  readonly logTime: string;
  readonly userName?: string | undefined;
  readonly databaseName?: string | undefined;
  readonly processId?: number | undefined;
  /** `host:port`, or `[local]`. */
  readonly connectionFrom?: string | undefined;
  /** Start time of the process and its id, hexadecimal: `65e1b2c3.1f4`. */
  readonly sessionId: string;
  /** Counts from 1 within the session. */
  readonly sessionLineNum: number;
  readonly commandTag?: string | undefined;
  readonly sessionStartTime?: string | undefined;
  readonly virtualTransactionId?: string | undefined;
  readonly transactionId?: number | undefined;
  readonly severity: Severity;
  /** The word that the server wrote, in the language of lc_messages. */
  readonly severityText: string;
  /** Five characters, e.g. `00000`, `42P01`. */
  readonly sqlStateCode: string;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly internalQuery?: string | undefined;
  readonly internalQueryPos?: number | undefined;
  readonly context?: string | undefined;
  readonly query?: string | undefined;
  readonly queryPos?: number | undefined;
  /** `function, file:line`, with log_error_verbosity = verbose. */
  readonly location?: string | undefined;
  readonly applicationName?: string | undefined;
  /** From PostgreSQL 13 on, e.g. `client backend`. */
  readonly backendType?: string | undefined;
  /** From PostgreSQL 14 on: the leader of a parallel worker. */
  readonly leaderPid?: number | undefined;
  /** From PostgreSQL 14 on; a signed 64-bit number, so a string. */
  readonly queryId?: string | undefined;
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
