import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cloneDirectory } from '@howdah/testbed-tools/workspace';
import { afterAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);

/** One block of the page after the other in the clone, as a reader types them; prints what it printed. */
const runBlock = async (block: string): Promise<string> => {
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', block], {
    cwd: cloneDirectory,
    timeout: 280_000,
  });
  return stdout;
};

const page = await readFile(join(cloneDirectory, 'docs/tutorial.md'), 'utf8');
const blocks = [...page.matchAll(/^```sh\n(.*?)^```/gms)].map((match) => match[1] ?? '');

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
