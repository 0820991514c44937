import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { layers } from './layers.ts';
import type { StepContext } from './step.ts';
import { runTool } from './tool.ts';

/** The steps as they are run, on trees and texts that break a rule: a check that cannot fail is none. */

const clone = resolve(import.meta.dirname, '../../..');
const { signal } = new AbortController();
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'howdah-check-'));
  await runTool({ root, signal }, 'git', ['init', '--quiet']);
  await write('package.json', '{ "name": "howdah" }');
  await write('shared/core/package.json', '{ "name": "@howdah/core" }');
  await write('shared/core/errors.ts', 'export const a = 1;');
  await write(
    'agents/backup/package.json',
    '{ "name": "@howdah/backup", "dependencies": { "@howdah/core": "*" } }',
  );
  await write('agents/exporter/package.json', '{ "name": "@howdah/exporter" }');
  await write('agents/exporter/collect.ts', 'export type Row = number;');
});

afterEach(() => rm(root, { recursive: true }));

const write = async (path: string, content: string): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
};

const context = (): StepContext => ({ root, write: false, signal });

test('a tree whose arrows all point the right way passes', async () => {
  await write('agents/backup/run.ts', `export { a } from '@howdah/core/errors';`);
  expect(await layers.run(context())).toEqual({ ok: true, notes: ['1 imports, none forbidden'] });
});

test('an agent that takes a type from another agent fails, with file, target and rule', async () => {
  await write(
    'agents/backup/run.ts',
    `import type { Row } from '@howdah/exporter/collect'; export const r: Row = 1;`,
  );
  const outcome = await layers.run(context());
  expect(outcome).toMatchObject({ ok: false });
  const output = outcome.ok ? '' : outcome.output;
  expect(output).toContain('agents/backup/run.ts → agents/exporter/collect.ts\n  agents-never-import-agents');
  expect(output).toContain('agents/backup/run.ts → @howdah/exporter\n  declared');
});

test('a file that is not committed yet is judged too', async () => {
  await write('shared/core/impure.ts', `import 'zod';`);
  expect(await layers.run(context())).toMatchObject({ ok: false });
});

test('a committed file that was just deleted is no file any more', async () => {
  await runTool({ root, signal }, 'git', ['add', '.']);
  await rm(join(root, 'shared/core/errors.ts'));
  expect(await layers.run(context())).toMatchObject({ ok: true });
});

/** The linter over one file at `path`, with the project's rules. */
const lint = async (path: string, source: string) => {
  await copyFile(join(clone, 'biome.json'), join(root, 'biome.json'));
  await write(path, source);
  return runTool({ root, signal }, join(clone, 'node_modules/.bin/biome'), [
    'lint',
    '--error-on-warnings',
    path,
  ]);
};

test.each([
  ['a promise nobody waits for', 'cli/x.ts', `const f = async () => 1;\nf();`, 'noFloatingPromises'],
  [
    'an agent that reads the environment',
    'agents/backup/x.ts',
    `export const a = process.env.HOME;`,
    'noProcessGlobal',
  ],
  [
    'an agent that fetches',
    'agents/backup/x.ts',
    `export const a = () => fetch('http://x');`,
    'noRestrictedGlobals',
  ],
  ['any', 'agents/backup/x.ts', `export const a = (b: any) => b;`, 'noExplicitAny'],
  ['a test that runs alone', 'agents/backup/x.test.ts', `test.only('a', () => {});`, 'noFocusedTests'],
  ['a test that never runs', 'agents/backup/x.test.ts', `test.skip('a', () => {});`, 'noSkippedTests'],
  ['a log to the console', 'shared/postgres/x.ts', `console.log('a');`, 'noConsole'],
])('%s is refused', async (_, path, source, rule) => {
  const { exitCode, output } = await lint(path, source);
  expect(output).toContain(rule);
  expect(exitCode).not.toBe(0);
});

test.each([
  ['shared/runtime reads the environment', 'shared/runtime/x.ts', `export const a = process.env.HOME;`],
  ['main.ts ends the process', 'agents/backup/main.ts', `process.exit(0);`],
])('%s', async (_, path, source) => {
  const { exitCode, output } = await lint(path, source);
  expect([exitCode, output]).toMatchObject([0, expect.any(String)]);
});
