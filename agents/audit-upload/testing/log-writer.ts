import { readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Recorded from PostgreSQL 15 with pgaudit: statements over several lines, quotes, parameters, and other records. */
const recorded = readFileSync(
  fileURLToPath(new URL('../../../shared/pglog/testdata/pg15-pgaudit.csv', import.meta.url)),
  'utf8',
);

/** The session of the recording whose records are pgaudit's. */
const session = '6b016339.5504';

/** csvlog bytes of session number `n`: the recording, with a session id of its own. */
export const recordedSession = (n: number): string =>
  recorded.replaceAll(session, `6b016339.${(0x10000 + n).toString(16)}`);

/** `session_id/session_line_num` of each audit record in csvlog bytes, found without the parser under test. */
export const auditRecordsIn = (csvlog: string): string[] =>
  [
    ...csvlog.matchAll(/^\d{4}-\d\d-\d\d [^\n]*?,([0-9a-f]+\.[0-9a-f]+),(\d+),[^\n]*?,LOG,00000,"AUDIT: /gm),
  ].map(([, id, line]) => `${id}/${line}`);

/** Appends sessions `from` to `to` to `file`, in pieces that end anywhere, as the log collector's writes do. */
export const writeSessions = async (
  directory: string,
  file: string,
  from: number,
  to: number,
  pieceBytes = 4_001,
): Promise<void> => {
  for (let n = from; n < to; n += 1) {
    const bytes = Buffer.from(recordedSession(n));
    for (let at = 0; at < bytes.length; at += pieceBytes)
      await appendFile(join(directory, file), bytes.subarray(at, at + pieceBytes));
  }
};
