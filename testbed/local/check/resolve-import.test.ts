import { expect, test } from 'vitest';
import { resolveImport, type SourceTree } from './resolve-import.ts';

const tree: SourceTree = {
  files: new Set(['shared/core/errors.ts', 'agents/backup/run.ts', 'agents/backup/model.ts']),
  packages: new Map([['@howdah/core', 'shared/core']]),
};

test.each([
  ['./model.ts', 'agents/backup/model.ts'],
  ['../../shared/core/errors.ts', 'shared/core/errors.ts'],
  ['@howdah/core/errors', 'shared/core/errors.ts'],
  ['pg', 'npm:pg'],
  ['fastify/types.js', 'npm:fastify'],
  ['@aws-sdk/client-s3', 'npm:@aws-sdk/client-s3'],
  ['node:fs/promises', 'node:fs/promises'],
  ['process', 'node:process'],
])('%s leads to %s', (specifier, expected) => {
  expect(resolveImport('agents/backup/run.ts', specifier, tree)).toBe(expected);
});

test.each(['./gone.ts', '@howdah/core/gone', '@howdah/core'])('%s leads nowhere', (specifier) => {
  expect(resolveImport('agents/backup/run.ts', specifier, tree)).toBeUndefined();
});
