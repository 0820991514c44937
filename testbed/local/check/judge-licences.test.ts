import { expect, test } from 'vitest';
import { allows, judgeLicences, lockSchema } from './judge-licences.ts';

const lockOf = (packages: Record<string, unknown>) => lockSchema.parse({ packages }).packages;

test.each([
  ['MIT', true, true],
  ['MIT OR GPL-3.0', true, true],
  ['(MIT AND BSD-3-Clause)', true, true],
  ['MIT AND GPL-3.0', true, false],
  ['GPL-3.0-only', false, false],
  ['MPL-2.0', false, true],
  ['MPL-2.0', true, false],
  ['none', false, false],
])('%s where it ships=%s: %s', (expression, ships, expected) => {
  expect(allows(expression, ships)).toBe(expected);
});

test('what a shipped package needs ships too, found as Node finds it', () => {
  const verdict = judgeLicences(
    lockOf({
      '': {},
      'agents/backup': { dependencies: { a: '1' } },
      'node_modules/@howdah/backup': { link: true, resolved: 'agents/backup' },
      'node_modules/a': { license: 'MIT', dependencies: { b: '2' } },
      'node_modules/b': { license: 'MIT' },
      'node_modules/a/node_modules/b': { license: 'GPL-3.0' },
    }),
  );
  expect(verdict.problems).toEqual(['node_modules/a/node_modules/b: GPL-3.0, and it ships']);
  expect(verdict).toMatchObject({ shipped: 2, others: 1 });
});

test('a tool of the testbed may have a licence that a shipped package may not', () => {
  const tool = { 'node_modules/tool': { license: 'MPL-2.0' } };
  const users = (folder: string) => lockOf({ ...tool, [folder]: { dependencies: { tool: '1' } } });
  expect(judgeLicences(users('testbed/local')).problems).toEqual([]);
  expect(judgeLicences(users('cli')).problems).toHaveLength(1);
});

test('a package without a licence is refused', () => {
  expect(judgeLicences(lockOf({ 'node_modules/x': {} })).problems).toEqual([
    'node_modules/x: none, even for a tool',
  ]);
});
