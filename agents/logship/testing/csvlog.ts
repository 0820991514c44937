import type { Severity } from '@howdah/pglog/severity';

/** One record as PostgreSQL 15 writes it; `n` makes it unlike every other. */
export const csvlogRecord = (n: number, severity: Severity = 'LOG', message = `message ${n}`): string =>
  `2026-03-01 10:00:00.${String(n % 1_000).padStart(3, '0')} UTC,"postgres","app",${4_000 + n},"[local]",` +
  `65e1b2c3.${(4_000 + n).toString(16)},${n + 1},"SELECT",2026-03-01 09:59:00 UTC,3/${n},0,${severity},00000,` +
  `"${message.replaceAll('"', '""')}",,,,,,,,,"psql","client backend",,0\n`;

export const csvlogRecords = (from: number, count: number, severity: Severity = 'LOG'): string =>
  Array.from({ length: count }, (_, index) => csvlogRecord(from + index, severity)).join('');
