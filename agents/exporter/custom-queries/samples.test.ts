import { HowdahError } from '@howdah/core/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderSamples } from '../render.ts';
import { parsedQuery } from '../testing/custom-query.ts';
import { numberOf, readingOf } from './samples.ts';

const query = parsedQuery({
  labels: ['state'],
  metrics: [{ column: 'n', type: 'counter', help: 'How many.' }, { column: 'age' }],
  maxRows: 2,
});

const row = (...cells: readonly (string | null)[]) =>
  Object.fromEntries(cells.map((cell, place) => [`c${place}`, cell]));

const text = (...args: Parameters<typeof readingOf>) => renderSamples(readingOf(...args).groups.flat());

describe('the rows of a custom query', () => {
  it('are series `<name>_<column>` with the labels, one for each value', () => {
    expect(text(query, [{ rows: [row('new', '3', '0.5'), row(null, '4', '-1e2')] }])).toBe(
      [
        '# HELP orders_n How many.',
        '# TYPE orders_n counter',
        'orders_n{state="new"} 3',
        'orders_n{state=""} 4',
        '# HELP orders_age Column age of the custom query orders.',
        '# TYPE orders_age gauge',
        'orders_age{state="new"} 0.5',
        'orders_age{state=""} -100',
        '',
      ].join('\n'),
    );
  });

  it('give no series where a value is NULL', () => {
    expect(readingOf(query, [{ rows: [row('new', null, '1')] }]).groups.flat()).toMatchObject([
      { family: { name: 'orders_age' }, value: 1 },
    ]);
  });

  it('carry the database where several are asked', () => {
    const everywhere = { ...query, databases: ['a', 'b'] };
    const answers = ['a', 'b'].map((database) => ({ database, rows: [row('new', '1', null)] }));
    expect(text(everywhere, answers)).toContain('orders_n{datname="b",state="new"} 1');
  });

  it('beyond maxRows are not served, and count as one more', () => {
    const rows = ['a', 'b', 'c'].map((state) => row(state, '1', '1'));
    const reading = readingOf(query, [{ rows }]);
    expect(reading.groups).toHaveLength(2);
    expect(reading.leftOut).toBe(2);
    expect(readingOf(query, [{ rows: rows.slice(0, 2) }]).leftOut).toBe(0);
  });

  it.each([
    [[row('new', 'secret', '1')], 'custom query orders: row 1, column n is no number'],
    [[row('new', '1', '1'), row('new', '2', '2')], 'row 2 has the labels of another (state)'],
    [[row(null, '1', '1'), row('', '2', '2')], 'row 2 has the labels of another (state)'],
  ])('that Prometheus would refuse are named, without their values', (rows, said) => {
    const refusal = () => readingOf(query, [{ rows }]);
    expect(refusal).toThrow(HowdahError);
    expect(refusal).toThrow(said);
    expect(refusal).not.toThrow('secret');
  });
});

describe('a value as PostgreSQL writes it', () => {
  it.each([
    ['9007199254740993', 9_007_199_254_740_992],
    ['9223372036854775807', 2 ** 63],
    ['-12.50', -12.5],
    ['1e+30', 1e30],
    ['true', 1],
    ['false', 0],
    ['NaN', Number.NaN],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['9'.repeat(400), undefined],
    ['00:01:00', undefined],
    ['2026-01-01', undefined],
    ['0x10', undefined],
    ['', undefined],
    [' ', undefined],
    ['infinity', undefined],
  ])('%s is %s', (written, value) => {
    expect(numberOf(written)).toEqual(value);
  });

  it('keeps every float8', () => {
    fc.assert(
      fc.property(
        fc.double({ noDefaultInfinity: true }),
        (value) => numberOf(String(value)) === value || Number.isNaN(value),
      ),
    );
  });
});
