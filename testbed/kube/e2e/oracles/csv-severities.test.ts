import { expect, it } from 'vitest';
import { severitiesIn } from './csv-severities.ts';

const record = (severity: string, message: string) =>
  `2026-03-01 01:02:03.004 UTC,"a ""b""","c,d",1,"[local]",6b.5,1,"SELECT",,1/1,0,${severity},00000,"${message}",,,,,,,,,"","x",,0\n`;

it('counts records, not lines', () => {
  const text = record('LOG', 'one\ntwo, ""three""\n') + record('ERROR', 'x') + record('LOG', '');
  expect(severitiesIn(text)).toEqual({ LOG: 2, ERROR: 1 });
  expect(severitiesIn('')).toEqual({});
});

it('refuses what ends within a record', () => {
  expect(() => severitiesIn(record('LOG', 'x').slice(0, -30))).toThrow('no csvlog');
});
