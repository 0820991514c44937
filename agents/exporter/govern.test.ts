import { describe, expect, it } from 'vitest';
import { govern } from './govern.ts';
import type { Family, SampleGroup } from './model.ts';

const family: Family = { name: 'pg_x', type: 'gauge', help: '', labels: ['relname'] };
const row = (name: string, samples: number): SampleGroup =>
  Array.from({ length: samples }, () => ({ family, labels: [name], value: 1 }));

describe('the governor', () => {
  it('keeps everything that fits', () => {
    const groups = [row('a', 3), row('b', 3)];
    expect(govern({ groups, leftOut: 0 }, 6)).toEqual({ groups, series: 6, dropped: 0 });
  });

  it('drops whole rows from the first that does not fit, and counts what the server left out too', () => {
    const groups = [row('a', 3), row('b', 3), row('c', 1)];
    const governed = govern({ groups, leftOut: 40 }, 5);
    expect(governed.groups).toEqual([groups[0]]);
    expect(governed).toMatchObject({ series: 3, dropped: 44 });
  });
});
