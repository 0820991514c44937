import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvFramer } from './csv-frame.ts';
import { parseCsvRecord } from './csv-parse.ts';
import { isAuditMessage, parseAuditMessage } from './pgaudit.ts';

const messages = new CsvFramer()
  .push(readFileSync(new URL('testdata/pg15-pgaudit.csv', import.meta.url)))
  .map(({ bytes }) => parseCsvRecord(bytes))
  .flatMap((outcome) => (outcome.ok ? [outcome.record.message] : []))
  .filter(isAuditMessage);

const entry = (text: string) => parseAuditMessage(messages.find((message) => message.includes(text)) ?? '');

describe('the messages of pgaudit 1.7', () => {
  it('are all understood', () => {
    expect(messages).toHaveLength(19);
    expect(messages.every((message) => parseAuditMessage(message) !== undefined)).toBe(true);
  });

  it('name class, command and object, and give the statement as it was sent', () => {
    expect(entry('READ,SELECT,TABLE')).toEqual({
      auditType: 'SESSION',
      statementId: 5,
      substatementId: 1,
      class: 'READ',
      command: 'SELECT',
      objectType: 'TABLE',
      objectName: 'public.account',
      statement: `SELECT *\n  FROM account\n WHERE name = 'a, "b"';`,
      parameter: '<not logged>',
      more: [],
    });
  });

  it('count rows where pgaudit.log_rows is on', () =>
    expect(entry('WRITE,UPDATE')).toMatchObject({ parameter: '<none>', rows: 1, more: [] }));

  it('carry parameters', () => expect(entry('SESSION,8,1')).toMatchObject({ parameter: '1' }));

  it('say what they leave out', () =>
    expect(entry('WRITE,DELETE')).toMatchObject({ statement: '<not logged>', parameter: '<not logged>' }));
});

describe('a message', () => {
  it('of a later pgaudit keeps the fields that are not known yet', () =>
    expect(
      parseAuditMessage('AUDIT: OBJECT,1,2,READ,SELECT,TABLE,public.t,select 1,<none>,3,new,""'),
    ).toMatchObject({ auditType: 'OBJECT', rows: 3, more: ['new', ''] }));

  it.each(['', 'AUDIT: ', 'AUDIT: SESSION,x,1,READ,SELECT', 'AUDIT: SESSION,1,1,READ,"SELECT', 'audit: no'])(
    '%j is none of pgaudit',
    (message) => expect(parseAuditMessage(message)).toBeUndefined(),
  );

  it('never makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (noise) => {
        parseAuditMessage(`AUDIT: SESSION,1,1,${noise}`);
      }),
    );
  });
});
