import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CsvFramer } from '@howdah/pglog/csv-frame';
import { describe, expect, it } from 'vitest';
import { lineOfAuditFile, lineOfCsvFrame } from './extract.ts';
import type { SegmentLine } from './model.ts';
import { auditRecordsIn } from './testing/log-writer.ts';

const recorded = readFileSync(
  fileURLToPath(new URL('../../shared/pglog/testdata/pg15-pgaudit.csv', import.meta.url)),
);

const linesOf = (bytes: Buffer, maxRecordBytes = 1024 * 1024): SegmentLine[] =>
  new CsvFramer({ maxRecordBytes })
    .push(bytes)
    .map((frame) => lineOfCsvFrame(frame, 'postgresql.csv'))
    .filter((line) => line !== undefined);
const contentOf = (line: SegmentLine | undefined) => JSON.parse(line?.bytes.toString('utf8') ?? 'null');

describe('the line of a segment', () => {
  const lines = linesOf(recorded);

  it('is there for each audit record of a real log, and for nothing else', () => {
    const places = lines.map(contentOf).map((line) => `${line.session_id}/${line.session_line_num}`);
    expect(places).toEqual(auditRecordsIn(recorded.toString('utf8')));
    expect(places).toHaveLength(19);
  });

  it('holds csvlog’s columns, pgaudit’s fields, and where it stood', () => {
    const insert = lines.map(contentOf).find((line) => line.audit?.command === 'INSERT');
    expect(insert).toMatchObject({
      file: 'postgresql.csv',
      log_time: '2026-11-21 09:24:09.420 UTC',
      user_name: 'postgres',
      session_line_num: 4,
      error_severity: 'LOG',
      message: expect.stringContaining('AUDIT: SESSION,4,1,WRITE,INSERT,TABLE,public.account'),
      audit: {
        class: 'WRITE',
        objectName: 'public.account',
        statement: `INSERT INTO account VALUES (1, 'a, "b"');`,
      },
    });
    expect(recorded.subarray(insert.offset).toString('utf8')).toMatch(/^2026-11-21 09:24:09.420 UTC/);
  });

  it('keeps the newlines of a statement inside one line', () => {
    const select = lines.find((line) => contentOf(line).audit?.command === 'SELECT');
    expect(contentOf(select).audit.statement).toContain('SELECT *\n  FROM account\n');
    expect(select?.bytes.indexOf('\n')).toBe((select?.bytes.length ?? 0) - 1);
  });

  it('has an id that is the same whenever the record is read, and another for each record', () => {
    const ids = lines.map((line) => contentOf(line).id);
    expect(new Set(ids).size).toBe(19);
    expect(linesOf(recorded).map((line) => contentOf(line).id)).toEqual(ids);
  });

  it('keeps as it stands what speaks of AUDIT and is no record: torn by a crash', () => {
    const text = recorded.toString('utf8');
    const half = text.slice(text.indexOf('2026-11-21 09:24:09.421'), text.indexOf('SELECT *') + 12);
    const kept = linesOf(Buffer.from(`${half}\n${text}`)).filter(({ raw }) => raw);
    expect(kept.map(contentOf)).toMatchObject([
      { offset: 0, raw: expect.stringContaining('AUDIT: SESSION,5,1,READ') },
    ]);
  });

  it('says how much of a record larger than the bound was cut', () => {
    const [first] = lines.map(contentOf);
    const record = recorded.subarray(first.offset, recorded.indexOf('\n', first.offset) + 1);
    const long = Buffer.from(record.toString('utf8').replace("= 'all';", `= '${'x'.repeat(5_000)}';`));
    const [cut] = linesOf(long, 1_000);
    expect(contentOf(cut)).toMatchObject({ cut_bytes: long.length - 1_000, session_line_num: 1 });
  });

  it('is not there for a statement that only quotes the word', () => {
    const text = recorded.toString('utf8').split('\n')[0] ?? '';
    expect(
      linesOf(Buffer.from(`${text.replace('ending log output', 'AUDIT: is what I said')}\n`)),
    ).toHaveLength(1);
    expect(linesOf(Buffer.from(`${text.replace('ending log output', 'he said AUDIT: once')}\n`))).toEqual([]);
  });
});

describe('the line of an audit file of pgauditlogtofile', () => {
  const written =
    '"2026-03-01 10:00:00.123456789 UTC","u","db","123","[local]","65e1.7b","SELECT","3/1","0","00000","SESSION","1","1","READ","SELECT","","","select \\"a\\",\\n1,<none>"\n';

  it('is the file’s line as it stands', () => {
    const line = lineOfAuditFile(Buffer.from(written), 'audit.log', 7);
    expect(contentOf(line)).toMatchObject({
      file: 'audit.log',
      offset: 7,
      audit_file_line: written.trimEnd(),
    });
    expect(line?.mark.logTime).toBe('2026-03-01 10:00:00.123456789 UTC');
  });

  it('is none for an empty line', () =>
    expect(lineOfAuditFile(Buffer.from('\n'), 'audit.log', 0)).toBeUndefined());
});
