import { expect, test } from 'vitest';
import type { Arrow } from './arrow.ts';
import { undeclaredArrows } from './declared.ts';
import { rings } from './judge-arrows.ts';
import type { PackageManifest } from './manifests.ts';

const arrows = (...pairs: readonly (readonly [string, string])[]): readonly Arrow[] =>
  pairs.map(([from, to]) => ({ from, to, typeOnly: false }));

test('files that need each other are named once, in the order of the ring', () => {
  const found = rings(arrows(['a.ts', 'b.ts'], ['b.ts', 'c.ts'], ['c.ts', 'a.ts'], ['d.ts', 'a.ts']));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain('a.ts → b.ts → c.ts → a.ts');
});

test('two ways to one module are no ring', () => {
  expect(rings(arrows(['a.ts', 'b.ts'], ['a.ts', 'c.ts'], ['b.ts', 'd.ts'], ['c.ts', 'd.ts']))).toEqual([]);
});

const manifest = (
  folder: string,
  name: string,
  uses: string[] = [],
  tools: string[] = [],
): PackageManifest => ({
  folder,
  name,
  dependencies: new Set(uses),
  devDependencies: new Set(tools),
});
const manifests = [
  manifest('', 'howdah', [], ['vitest']),
  manifest('shared/core', '@howdah/core'),
  manifest('shared/testing', '@howdah/testing'),
  manifest('agents/backup', '@howdah/backup', ['@howdah/core', 'zod']),
];

test.each([
  ['agents/backup/run.ts', 'npm:pg', 'pg'],
  ['shared/core/errors.ts', 'agents/backup/model.ts', '@howdah/backup'],
  ['agents/backup/run.ts', 'npm:vitest', 'vitest'],
  ['agents/backup/run.ts', 'shared/testing/pg-test.ts', '@howdah/testing'],
])('%s → %s without a declaration is named', (from, to, name) => {
  expect(undeclaredArrows(arrows([from, to]), manifests).join()).toContain(`${from} → ${name}`);
});

test.each([
  ['agents/backup/run.ts', 'npm:zod'],
  ['agents/backup/run.ts', 'shared/core/errors.ts'],
  ['agents/backup/run.ts', 'agents/backup/model.ts'],
  ['agents/backup/run.ts', 'node:fs'],
  ['agents/backup/run.test.ts', 'npm:vitest'],
  ['agents/backup/run.pg.test.ts', 'shared/testing/pg-test.ts'],
])('%s → %s is declared', (from, to) => {
  expect(undeclaredArrows(arrows([from, to]), manifests)).toEqual([]);
});
