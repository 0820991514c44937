import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Ends at once; what it started says its word only then. */
const child = `
  const late = "setTimeout(() => console.log('late'), 500)";
  require('node:child_process').spawn(process.execPath, ['-e', late], { stdio: ['ignore', 'inherit', 'inherit'] });
  process.exit(3);
`;

it('whoever waits for a program speaks after everything that it said', async () => {
  const script = `
    const { spawnHere } = await import(${JSON.stringify(import.meta.resolve('./spawn-here.ts'))});
    const code = await spawnHere(['-e', ${JSON.stringify(child)}], {}, 'lines');
    console.log('ended with', code);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  expect(stdout).toBe('late\nended with 3\n');
});
