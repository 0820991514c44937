import { describe, expect, it } from 'vitest';
import { columns } from './columns.ts';

const facts = { address: '/run:5432', versionNum: 150_000, version: 'PostgreSQL 15', inRecovery: false };
const view = columns('pg_view', ['server', 'datname'], {
  hits: ['counter', 'Hits.'],
  age: ['gauge', 'Age.'],
});

describe('a row of columns', () => {
  it('gives a sample for each value, and none for null', () => {
    const samples = view.samples({ datname: 'app', hits: 0, age: null }, facts);
    expect(samples.map(({ family, labels, value }) => [family.name, labels, value])).toEqual([
      ['pg_view_hits', ['/run:5432', 'app'], 0],
    ]);
  });

  it('has an empty label for null', () => {
    expect(view.samples({ datname: null, hits: 1, age: null }, facts)[0]?.labels).toEqual(['/run:5432', '']);
  });

  it('is refused when a value is text, as an int8 that was not cast would be', () => {
    expect(view.row.safeParse({ datname: 'app', hits: '7', age: null }).success).toBe(false);
    expect(view.row.safeParse({ datname: 'app', hits: 7 }).success).toBe(false);
  });
});
