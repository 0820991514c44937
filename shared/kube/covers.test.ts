import { expect, it } from 'vitest';
import { covers } from './covers.ts';

it.each([
  ['the same', { a: 1 }, { a: 1 }, true],
  ['a default of the API server beside it', { a: 1, b: 2 }, { a: 1 }, true],
  ['another value', { a: 2 }, { a: 1 }, false],
  ['a missing key', {}, { a: 1 }, false],
  ['defaults within a list', [{ name: 'x', protocol: 'TCP' }], [{ name: 'x' }], true],
  ['a longer list', [1, 2], [1], false],
  ['nothing where nothing is wanted', undefined, {}, true],
  ['a key that somebody added to a ConfigMap', { data: { a: '1', b: '2' } }, { data: { a: '1' } }, false],
  ['a label that somebody added', { labels: { a: '1', b: '2' } }, { labels: { a: '1' } }, true],
])('%s', (_what, live, wanted, expected) => {
  expect(covers(live, wanted)).toBe(expected);
});
