import { defineConfig } from 'vitest/config';

/** The suffix of a test file says its tier: what it needs beside Node, and how long it may take. */
const tier = (
  name: string,
  include: string[],
  exclude: string[],
  testTimeout: number,
  parallel: boolean,
  globalSetup: string[] = [],
) => ({
  test: {
    name,
    include,
    exclude: ['**/node_modules/**', '**/.dev/**', '**/.demo/**', '**/.kube/**', '**/dist/**', ...exclude],
    testTimeout,
    hookTimeout: Math.max(testTimeout, 120_000),
    fileParallelism: parallel,
    globalSetup,
  },
});

const needsMore = ['**/*.{pg,store,kube,e2e,page}.test.ts'];

export default defineConfig({
  test: {
    projects: [
      tier('pure', ['**/*.test.ts'], needsMore, 10_000, true),
      tier('pg', ['**/*.pg.test.ts'], [], 60_000, false),
      tier('store', ['**/*.store.test.ts'], [], 60_000, false),
      tier('page', ['**/*.page.test.ts'], [], 60_000, false),
      tier('e2e', ['**/*.e2e.test.ts'], [], 300_000, false),
      tier('kube', ['**/*.kube.test.ts'], [], 300_000, false, ['testbed/kube/e2e/tier-setup.ts']),
    ],
  },
});
