import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shellBlocks, typeBlock } from '@howdah/testbed-tools/typed-page';
import { cloneDirectory } from '@howdah/testbed-tools/workspace';
import { afterAll, describe, expect, it } from 'vitest';

const page = await readFile(join(cloneDirectory, 'docs/tutorial.md'), 'utf8');
const blocks = shellBlocks(page);
const runBlock = (block: string) => typeBlock(block, { timeoutMs: 280_000 });

/** What a reader must be able to see, beyond the block's success. */
const seen: readonly (readonly [part: string, output: RegExp])[] = [
  ['demo --detach', /The demo is up/],
  ['./dev demo info\n', /console +http:\/\/127\.0\.0\.1:7070/],
  ['grep --extended-regexp', /^pg_up 1$/m],
  ['backup list', /full/],
  ['scram-sha-512', /scram-sha-512/],
  ["'^postgres_severity'", /postgres_severity\{.*severity="LOG"/],
  ['demo failover', /primary/],
  ['demo stop', /has ended/],
];

describe('the tutorial', () => {
  let stuck: string | undefined;

  afterAll(async () => {
    await runBlock('./dev demo stop');
  });

  it('has the blocks whose output is looked at', () => {
    for (const [part] of seen)
      expect(
        blocks.filter((block) => block.includes(part)),
        part,
      ).not.toHaveLength(0);
  });

  it.each(blocks.map((block) => [block.trim().split('\n')[0] ?? '', block] as const))(
    'runs: %s',
    async (first, block) => {
      // A reader would not go on either, and each later block would wait for what never comes.
      if (stuck !== undefined) throw new Error(`an earlier block failed: ${stuck}`);
      stuck = first;
      const output = await runBlock(block);
      for (const [, expected] of seen.filter(([part]) => block.includes(part)).slice(-1)) {
        expect(output).toMatch(expected);
      }
      stuck = undefined;
    },
  );
});
