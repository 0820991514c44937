import type { StepContext } from './step.ts';
import { runTool } from './tool.ts';

/**
 * The files of the project that match one of `patterns` (git's pathspecs), relative to the root: those
 * that are committed and those that could be, without what .gitignore names.
 */
export const sourceFiles = async (
  context: Pick<StepContext, 'root' | 'signal'>,
  patterns: readonly string[],
): Promise<readonly string[]> => {
  const { exitCode, output } = await runTool(context, 'git', [
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    '--deduplicate',
    '-z',
    '--',
    ...patterns,
  ]);
  if (exitCode !== 0) throw new Error(`git ls-files failed: ${output}`);
  return output.split('\0').filter((path) => path !== '');
};
