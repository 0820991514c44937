import { defineConfig } from 'vitest/config';

interface Tier {
  readonly name: string;
  readonly include: string;
  readonly exclude?: string;
  readonly testTimeout: number;
  /** Test files at a time; as many as there are cores when absent. */
  readonly maxWorkers?: number;
  readonly globalSetup?: string;
  /** Default true: each file has modules of its own. */
  readonly isolate?: boolean;
}

/** The suffix of a test file says its tier: what it needs beside Node, and how long it may take. */
const project = (
  { name, include, exclude, testTimeout, maxWorkers, globalSetup, isolate = true }: Tier,
  groupOrder: number,
) => ({
  test: {
    name,
    include: [include],
    exclude: [
      ...['**/node_modules/**', '**/.dev/**', '**/.demo/**', '**/.kube/**', '**/dist/**'],
      ...(exclude === undefined ? [] : [exclude]),
    ],
    testTimeout,
    hookTimeout: Math.max(testTimeout, 120_000),
    ...(maxWorkers === undefined ? {} : { maxWorkers }),
    globalSetup: globalSetup === undefined ? [] : [globalSetup],
    isolate,
    // One tier after the other, where several are asked for at once.
    sequence: { groupOrder },
  },
});

const storeSetup = 'testbed/stores/tier-setup.ts';
const kubeSetup = 'testbed/kube/e2e/tier-setup.ts';

/** On a cluster of others, which HOWDAH_KUBE_CLUSTER chooses, only what needs its API server alone: testbed/kube/README.md. */
const hasOwnKube = !['given', 'kind'].includes(process.env.HOWDAH_KUBE_CLUSTER ?? 'own');

const tiers: readonly Tier[] = [
  {
    ...{ name: 'pure', include: '**/*.test.ts', exclude: '**/*.{pg,store,kube,e2e,page}.test.ts' },
    testTimeout: 10_000,
    // Nothing is mocked, and no module keeps what a test could see: loading them once takes a quarter of the time.
    isolate: false,
  },
  {
    ...{ name: 'pg', include: '**/*.pg.test.ts', testTimeout: 60_000, maxWorkers: 1 },
    globalSetup: storeSetup,
  },
  {
    ...{ name: 'store', include: '**/*.store.test.ts', testTimeout: 60_000, maxWorkers: 1 },
    globalSetup: storeSetup,
  },
  { name: 'page', include: '**/*.page.test.ts', testTimeout: 60_000, maxWorkers: 1 },
  {
    ...{ name: 'e2e', include: '**/*.e2e.test.ts', testTimeout: 300_000, maxWorkers: 1 },
    globalSetup: storeSetup,
  },
  // What they break or change belongs to no namespace: the node and its parts, the kinds, the whole cluster. Most of
  // their time they wait, so they go first, while the tiers without pods run beside them.
  {
    ...{ name: 'kube-alone', include: '**/*.alone.kube.test.ts', testTimeout: 300_000, maxWorkers: 1 },
    globalSetup: kubeSetup,
  },
  // Pods are mostly waited for: two files on two cores, each in namespaces of its own.
  {
    name: 'kube',
    include: hasOwnKube ? '**/*.kube.test.ts' : '**/*.api.kube.test.ts',
    exclude: '**/*.{alone,machine}.kube.test.ts',
    ...{ testTimeout: 300_000, maxWorkers: 2, globalSetup: kubeSetup },
  },
  // They compare the whole machine before and after, and start and end the cluster themselves.
  {
    ...{ name: 'kube-machine', include: '**/*.machine.kube.test.ts' },
    ...{ testTimeout: 300_000, maxWorkers: 1 },
  },
];

const usable = tiers.filter(({ name }) => hasOwnKube || !name.startsWith('kube-'));

export default defineConfig({ test: { projects: usable.map(project) } });
