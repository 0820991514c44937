import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startKube } from '@howdah/testbed-kube/cluster';
import { shellBlocks, typeBlock } from '@howdah/testbed-tools/typed-page';
import { cloneDirectory } from '@howdah/testbed-tools/workspace';
import { afterAll, beforeAll, expect, it } from 'vitest';

// Alone: its operator looks after the clusters of every namespace.
const readme = await readFile(join(cloneDirectory, 'README.md'), 'utf8');
const [, section = ''] = /^## On Kubernetes$(.*?)^## /ms.exec(readme) ?? [];
const blocks = shellBlocks(section);

/** What a reader must be able to see, beyond the block's success. */
const seen: readonly (readonly [part: string, output: RegExp])[] = [
  ['kubectl get pgc\n', /^orders .*3/m],
  ['howdah status', /orders-0.*orders-1.*orders-2/s],
  ['conninfo', /database "app" as user "app"/],
];

/** The tests have the kinds in a release of their own, which this upgrades; whatever names a namespace has that one. */
let env: Readonly<Record<string, string>> = { HELM_NAMESPACE: 'kube-system' };
const kubectl = (line: string) => typeBlock(`kubectl ${line}`, { env, timeoutMs: 120_000 });

beforeAll(async () => {
  const tell = (line: string) => void process.stderr.write(`${line}\n`);
  const { environment } = await startKube({ signal: AbortSignal.timeout(110_000), tell });
  env = { ...env, ...environment };
}, 120_000);
afterAll(async () => {
  await kubectl('delete pgc orders --ignore-not-found --wait --timeout=90s');
  await typeBlock('helm uninstall howdah --namespace howdah --ignore-not-found', { env, timeoutMs: 60_000 });
  await kubectl('delete namespace howdah --ignore-not-found --wait --timeout=90s');
  await kubectl('delete pvc,secret,endpoints,configmap -l app.kubernetes.io/instance=orders');
  await kubectl('delete pvc,secret -l howdah.dev/cluster=orders');
}, 400_000);

let stuck: string | undefined;

it('has the blocks whose output is looked at', () => {
  for (const [part] of seen)
    expect(
      blocks.some((block) => block.includes(part)),
      part,
    ).toBe(true);
});

it.each(blocks.map((block) => [block.trim().split('\n')[0] ?? '', block] as const))(
  'the README’s section on Kubernetes runs: %s',
  async (first, block) => {
    // A reader would not go on either.
    if (stuck !== undefined) throw new Error(`an earlier block failed: ${stuck}`);
    stuck = first;
    const output = await typeBlock(block, { env, timeoutMs: 580_000 });
    for (const [part, expected] of seen) if (block.includes(part)) expect(output).toMatch(expected);
    stuck = undefined;
  },
  600_000,
);
