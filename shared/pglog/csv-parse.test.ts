import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvFramer } from './csv-frame.ts';
import { parseCsvRecord } from './csv-parse.ts';
import { instantOf, type LogRecord } from './record.ts';

const records = (name: string): LogRecord[] =>
  new CsvFramer().push(readFileSync(new URL(`testdata/${name}.csv`, import.meta.url))).map(({ bytes }) => {
    const outcome = parseCsvRecord(bytes);
    if (!outcome.ok) throw new Error(outcome.problem);
    return outcome.record;
  });

describe.each(['pg13', 'pg14', 'pg15', 'pg16', 'pg18'])('the log of %s', (name) => {
  const all = records(name);

  it('gives a failed statement with every field that the server wrote', () => {
    const record = all.find((one) => one.sqlStateCode === '42P01' && one.severity === 'ERROR');
    expect(record).toMatchObject({
      userName: 'postgres',
      databaseName: 'postgres',
      connectionFrom: '[local]',
      commandTag: 'SELECT',
      severity: 'ERROR',
      message: 'relation "no such table" does not exist',
      query: `SELECT *\nFROM "no such table"\nWHERE a = 'x, "y"';`,
      queryPos: 15,
      applicationName: 'quotes "and", commas',
      backendType: 'client backend',
    });
    expect(record?.location).toMatch(/^parserOpenTable, parse_relation\.c:\d+$/);
    expect(record?.sessionId).toMatch(/^[0-9a-f]{8}\.[0-9a-f]+$/);
    expect(record?.processId).toBe(Number.parseInt(record?.sessionId.split('.')[1] ?? '', 16));
    expect(instantOf(record?.logTime ?? '')?.getUTCFullYear()).toBe(2026);
  });

  it('tells detail, hint and context apart', () => {
    expect(all.find(({ severity }) => severity === 'WARNING')).toMatchObject({
      message: 'a warning',
      detail: 'in detail',
      hint: 'a hint',
      context: 'PL/pgSQL function inline_code_block line 3 at RAISE',
    });
  });

  it('keeps letters beyond ASCII', () =>
    expect(all.find(({ sqlStateCode }) => sqlStateCode === '23505')?.query).toContain('Grüße ✓'));

  it('counts within the session without a gap', () => {
    const client = all.filter(({ backendType }) => backendType === 'client backend');
    const first = client[0]?.sessionLineNum ?? 0;
    expect(client.map(({ sessionLineNum }) => sessionLineNum)).toEqual(client.map((_, n) => first + n));
  });

  it('knows every severity: all debug levels are DEBUG', () => {
    const seen = new Set(all.map(({ severity }) => severity));
    expect([...seen].sort()).toEqual(
      ['DEBUG', 'ERROR', 'FATAL', 'INFO', 'LOG', 'NOTICE', 'WARNING'].filter((one) =>
        seen.has(one as LogRecord['severity']),
      ),
    );
    expect(seen.has('UNKNOWN')).toBe(false);
  });
});

it('gives query_id from 14 on, and not before', () => {
  expect(records('pg13').some(({ queryId }) => queryId !== undefined)).toBe(false);
  expect(records('pg14').every(({ queryId }) => queryId !== undefined)).toBe(true);
});

describe('one record', () => {
  const line =
    '2026-03-01 10:00:00.123 CET,"u","d",42,"10.0.0.1:5000",65e1b2c3.1f4,7,"SELECT",2026-03-01 09:59:00 CET,' +
    '3/4,0,FEHLER,00000,"caf\xe9",,,,,,,,,"","client backend",,-5\r\n';

  it('with invalid UTF-8, a translated severity and CRLF is kept', () => {
    const outcome = parseCsvRecord(Buffer.from(line, 'latin1'));
    expect(outcome).toMatchObject({
      ok: true,
      record: {
        severity: 'UNKNOWN',
        severityText: 'FEHLER',
        message: 'caf\ufffd',
        applicationName: '',
        queryId: '-5',
      },
    });
  });

  it('that was cut inside its message keeps what is there', () => {
    expect(parseCsvRecord(Buffer.from(line.slice(0, line.indexOf('caf') + 2)), { cut: true })).toMatchObject({
      ok: true,
      record: { severityText: 'FEHLER', sessionLineNum: 7 },
    });
    expect(parseCsvRecord(Buffer.from(line.slice(0, line.indexOf('caf') + 2)))).toMatchObject({ ok: false });
  });

  it.each([
    ['', /columns/],
    ['a,b,c\n', /columns/],
    [line.replace('65e1b2c3.1f4', ''), /session_id/],
    [line.replace('FEHLER', ''), /error_severity/],
    [line.replace('"u"', '"u"x'), /quotes/],
  ])('%j is no record, and why is said', (text, problem) => {
    const outcome = parseCsvRecord(Buffer.from(text));
    expect(outcome.ok ? '' : outcome.problem).toMatch(problem);
  });

  it('never makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(line.length), fc.boolean(), (noise, at, cut) => {
        parseCsvRecord(Buffer.from(line.slice(0, at) + noise + line.slice(at)), { cut });
      }),
    );
  });
});

describe('instantOf', () => {
  it.each([
    ['2026-03-01 10:00:00.123 UTC', '2026-03-01T10:00:00.123Z'],
    ['2026-03-01 10:00:00.123 +05', '2026-03-01T05:00:00.123Z'],
    ['2026-03-01 10:00:00.123 -0330', '2026-03-01T13:30:00.123Z'],
  ])('%s is %s', (logTime, instant) => expect(instantOf(logTime)?.toISOString()).toBe(instant));

  it('does not guess what an abbreviation means', () =>
    expect(instantOf('2026-03-01 10:00:00.123 CST')).toBeUndefined());
});
