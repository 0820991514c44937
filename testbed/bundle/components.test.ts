import { expect, it } from 'vitest';
import { packageFolders } from './components.ts';

it('names each package of a bundle once, scoped and nested ones too, and none of our own', () => {
  expect(
    packageFolders([
      'agents/backup/role/gate.ts',
      'node_modules/pg/lib/client.js',
      'node_modules/pg/lib/query.js',
      'node_modules/@azure/storage-blob/dist/index.js',
      'node_modules/fastify/node_modules/semver/index.js',
    ]),
  ).toEqual([
    'node_modules/@azure/storage-blob',
    'node_modules/fastify/node_modules/semver',
    'node_modules/pg',
  ]);
});
