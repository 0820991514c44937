/**
 * The first columns of a csvlog record, recognised strictly in bytes.
 *
 * This is what finds the next record after a torn one, so it must not be fooled by log lines that stand
 * inside a record (a statement that quotes a log, or somebody who tries). PostgreSQL doubles each quote
 * inside a quoted field, so in there quotes stand in even runs only, but for the run that closes the field,
 * which a comma or the end of the line follows. A real record's message begins after the sqlstate with an odd
 * run that something else follows: no text inside a quoted field can look like that.
 */

const COMMA = 0x2c;
const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const DASH = 0x2d;
const SPACE = 0x20;
const COLON = 0x3a;
const DOT = 0x2e;
const ZERO = 0x30;

/** Names are at most 63 bytes, a command tag or process title some hundred: longer is no header. */
const longestHeaderBytes = 4096;

/** `more`: the bytes end before it can be told. */
export type HeaderMatch = 'yes' | 'no' | 'more';

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= 0x39;

const isHexDigit = (byte: number | undefined): boolean =>
  isDigit(byte) || (byte !== undefined && byte >= 0x61 && byte <= 0x66);

const isSqlStateByte = (byte: number | undefined): boolean =>
  isDigit(byte) || (byte !== undefined && byte >= 0x41 && byte <= 0x5a);

/** `2026-03-01 10:00:00.123 `: the part of a log_time that never varies. */
const timestampBytes = 24;

/** Whether a log_time may begin at `at`; false too when fewer than 24 bytes are there. */
export const beginsLikeTimestamp = (bytes: Uint8Array, at: number, end: number): boolean => {
  if (at + timestampBytes > end) return false;
  if (bytes[at + 4] !== DASH || bytes[at + 7] !== DASH || bytes[at + 10] !== SPACE) return false;
  if (bytes[at + 13] !== COLON || bytes[at + 16] !== COLON || bytes[at + 19] !== DOT) return false;
  if (bytes[at + 23] !== SPACE) return false;
  for (const digit of [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 22]) {
    if (!isDigit(bytes[at + digit])) return false;
  }
  return true;
};

/** An abbreviation (`UTC`, `+0530`); what is longer is the beginning of one log_time torn and another appended. */
const longestZoneBytes = 10;

/** Whether `bytes` begin with a log_time and its comma. */
export const beginsLikeRecord = (bytes: Uint8Array): boolean => {
  if (!beginsLikeTimestamp(bytes, 0, bytes.length)) return false;
  const comma = bytes.indexOf(COMMA, timestampBytes);
  return comma > timestampBytes && comma <= timestampBytes + longestZoneBytes;
};

type FieldCheck = (bytes: Uint8Array, start: number, end: number) => boolean;

const every =
  (allowed: (byte: number | undefined) => boolean): FieldCheck =>
  (bytes, start, end) => {
    for (let at = start; at < end; at += 1) if (!allowed(bytes[at])) return false;
    return true;
  };

const nonEmpty: FieldCheck = (_bytes, start, end) => end > start;
const text: FieldCheck = (bytes, start, end) => start === end || bytes[start] === QUOTE;
const digits = every(isDigit);
const sessionId = every((byte) => isHexDigit(byte) || byte === DOT);
const virtualTransaction = every((byte) => isDigit(byte) || byte === 0x2f);
const sqlState: FieldCheck = (bytes, start, end) =>
  end - start === 5 && every(isSqlStateByte)(bytes, start, end);

/** log_time up to sql_state_code, in the order of the file; the message follows. */
const checks: readonly FieldCheck[] = [
  (bytes, start, end) =>
    beginsLikeTimestamp(bytes, start, end) && end <= start + timestampBytes + longestZoneBytes,
  ...[text, text, digits, text],
  (bytes, start, end) => nonEmpty(bytes, start, end) && sessionId(bytes, start, end),
  (bytes, start, end) => nonEmpty(bytes, start, end) && digits(bytes, start, end),
  ...[text, nonEmpty, virtualTransaction, digits, nonEmpty, sqlState],
];

/** Whether a record begins at `at`, judged by the bytes before `end`; `yes` and `no` never change with more. */
export const matchHeader = (bytes: Uint8Array, at: number, end: number): HeaderMatch => {
  const limit = Math.min(end, at + longestHeaderBytes);
  const short: HeaderMatch = limit < end || limit === at + longestHeaderBytes ? 'no' : 'more';
  let start = at;
  for (const check of checks) {
    const stop = endOfField(bytes, start, limit);
    if (stop === 'no') return 'no';
    if (stop === 'more') return mayGrow(bytes, at, limit) ? short : 'no';
    if (!check(bytes, start, stop)) return 'no';
    start = stop + 1;
  }
  let text = start;
  while (text < limit && bytes[text] === QUOTE) text += 1;
  if (text >= limit) return short;
  const next = bytes[text];
  const opened = (text - start) % 2 === 1;
  return opened && next !== COMMA && next !== NEWLINE && next !== RETURN ? 'yes' : 'no';
};

/** Most lines inside a quote are no header by their first byte: waiting for more of them would be idle. */
const mayGrow = (bytes: Uint8Array, at: number, limit: number): boolean =>
  at === limit ||
  (isDigit(bytes[at]) && (limit - at < timestampBytes || beginsLikeTimestamp(bytes, at, limit)));

/** Where the comma after the field that begins at `start` stands. */
const endOfField = (bytes: Uint8Array, start: number, limit: number): number | 'no' | 'more' => {
  let at = start;
  if (bytes[at] === QUOTE && at < limit) {
    at += 1;
    for (;;) {
      while (at < limit && bytes[at] !== QUOTE) at += 1;
      if (at + 1 >= limit) return 'more';
      if (bytes[at + 1] !== QUOTE) break;
      at += 2;
    }
    return bytes[at + 1] === COMMA ? at + 1 : 'no';
  }
  while (at < limit) {
    const byte = bytes[at];
    if (byte === COMMA) return at;
    if (byte === QUOTE || byte === NEWLINE) return 'no';
    at += 1;
  }
  return 'more';
};
