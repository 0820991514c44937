import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Family } from './model.ts';
import { renderSamples } from './render.ts';
import { parseExposition } from './testing/exposition.ts';

const family: Family = { name: 'pg_x', type: 'gauge', help: 'An x.', labels: ['datname', 'mode'] };
const other: Family = { name: 'pg_y', type: 'counter', help: 'A \\ and a\nnew line.', labels: [] };

describe('the exposition text', () => {
  it('groups samples by family, whatever their order', () => {
    const text = renderSamples([
      { family, labels: ['a', 'm'], value: 1 },
      { family: other, labels: [], value: 2.5 },
      { family, labels: ['b', ''], value: -1 },
    ]);
    expect(text).toBe(
      [
        '# HELP pg_x An x.',
        '# TYPE pg_x gauge',
        'pg_x{datname="a",mode="m"} 1',
        'pg_x{datname="b",mode=""} -1',
        '# HELP pg_y A \\\\ and a\\nnew line.',
        '# TYPE pg_y counter',
        'pg_y 2.5',
        '',
      ].join('\n'),
    );
  });

  it('is empty without samples', () => {
    expect(renderSamples([])).toBe('');
  });

  it('says infinity in the word of the format', () => {
    expect(renderSamples([{ family: other, labels: [], value: Number.POSITIVE_INFINITY }])).toMatch(
      /pg_y \+Inf\n$/,
    );
  });

  it('can be read back whatever a database is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.double({ noNaN: true }), (name, value) => {
        const { series } = parseExposition(renderSamples([{ family, labels: [name, 'm'], value }]));
        expect([...series.values()]).toEqual([value === 0 ? 0 : value]);
      }),
    );
  });
});
