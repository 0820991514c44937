import { decode, encode } from '@jridgewell/sourcemap-codec';
import { describe, expect, it } from 'vitest';
import { withoutLibraries } from './own-source-maps.ts';

describe('a source map without libraries', () => {
  const map = {
    version: 3,
    sources: ['../node_modules/pg/lib/client.js', '../agents/backup/role/gate.ts'],
    names: ['a'],
    mappings: encode([
      [
        [0, 0, 3, 1],
        [5, 0, 4, 1],
        [9, 1, 7, 2, 0],
        [20, 0, 9, 0],
        [25, 0, 9, 4],
      ],
      [[0, 1, 8, 0]],
    ]),
  };

  it('knows our own places as before, and nothing of the rest', () => {
    const own = withoutLibraries(map);
    expect(own.sources).toEqual(['../agents/backup/role/gate.ts']);
    expect(decode(own.mappings)).toEqual([[[0], [9, 0, 7, 2], [20]], [[0, 0, 8, 0]]]);
  });
});
