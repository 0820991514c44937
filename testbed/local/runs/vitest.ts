import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Output, spawnHere } from './spawn-here.ts';
import { readReport, type TestRun } from './vitest-report.ts';

/**
 * One run of vitest with these arguments.
 *
 * @returns every test it knew of; one failed entry when vitest itself did not get so far.
 */
export const runVitest = async (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  output: Output = 'terminal',
): Promise<readonly TestRun[]> => {
  const directory = await mkdtemp(join(tmpdir(), 'howdah-vitest-'));
  const reportFile = join(directory, 'report.json');
  try {
    const reporters = [
      ...(output === 'errors' ? [] : ['--reporter=default']),
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
    ];
    const words = ['node_modules/vitest/vitest.mjs', 'run', '--passWithNoTests', ...reporters, ...args];
    const code = await spawnHere(words, env, output);
    const text = await readFile(reportFile, 'utf8').catch(() => undefined);
    const runs = text === undefined ? [] : readReport(JSON.parse(text));
    if (code === 0 || runs.some((run) => run.outcome === 'failed')) return runs;
    // Errors outside of any test (an unhandled rejection) leave every test green and the exit code red.
    return [
      ...runs,
      {
        file: '',
        name: `vitest ${args.join(' ')}`,
        outcome: 'failed',
        durationMs: 0,
        failure: `vitest ended with ${code}`,
      },
    ];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
