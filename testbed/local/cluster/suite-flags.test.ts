import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cloneDirectory } from '@howdah/testbed-tools/workspace';
import { expect, it } from 'vitest';
import { suiteNodeFlags } from './suite.ts';

it('starts the suite with the flags that the image starts it with', async () => {
  const dockerfile = await readFile(join(cloneDirectory, 'images/agent/Dockerfile'), 'utf8');
  const entrypoint = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
  expect(entrypoint.filter((word) => word.startsWith('--') && word.length > 2)).toEqual([...suiteNodeFlags]);
  expect(dockerfile).toContain('MALLOC_ARENA_MAX=1');
});
