/**
 * PostgreSQL's message levels as `elog.c` writes them into the log, lowest first, and `UNKNOWN`.
 *
 * DEBUG1 to DEBUG5 are settings of `log_min_messages`; the log itself says `DEBUG` for all of them
 * (`error_severity()` in src/backend/utils/error/elog.c). The word is translated by `lc_messages`: a
 * server that logs in German writes FEHLER. Translations are not guessed: such a record keeps its own
 * word in `severityText` and counts as UNKNOWN, which is the sign to set `lc_messages = 'C'`.
 */
export const severities = [
  'DEBUG',
  'LOG',
  'INFO',
  'NOTICE',
  'WARNING',
  'ERROR',
  'FATAL',
  'PANIC',
  'UNKNOWN',
] as const;

export type Severity = (typeof severities)[number];

/** Forks and old servers write the number of the debug level too. */
const byText: ReadonlyMap<string, Severity> = new Map<string, Severity>([
  ...severities.map((severity) => [severity, severity] as const),
  ...[1, 2, 3, 4, 5].map((level) => [`DEBUG${level}`, 'DEBUG'] as const),
]);

/** The closed list's entry for what the log says; UNKNOWN for a translated or new word. */
export const severityOf = (text: string): Severity => byText.get(text) ?? 'UNKNOWN';
