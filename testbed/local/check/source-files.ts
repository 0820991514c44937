import type { StepContext } from './step.ts';
import { runTool } from './tool.ts';

type Context = Pick<StepContext, 'root' | 'signal'>;

/**
 * The files of the project that match one of `patterns` (git's pathspecs), relative to the root: those
 * that are committed and those that could be, without what .gitignore names and what was just deleted.
 */
export const sourceFiles = async (
  context: Context,
  patterns: readonly string[],
): Promise<readonly string[]> => {
  const present = ['--cached', '--others', '--exclude-standard', '--deduplicate'];
  const [listed, deleted] = await Promise.all([
    list(context, [...present, '--', ...patterns]),
    list(context, ['--deleted', '--', ...patterns]),
  ]);
  const gone = new Set(deleted);
  return listed.filter((path) => !gone.has(path));
};

const list = async (context: Context, args: readonly string[]): Promise<readonly string[]> => {
  const { exitCode, output } = await runTool(context, 'git', ['ls-files', '-z', ...args]);
  if (exitCode !== 0) throw new Error(`git ls-files failed: ${output}`);
  return output.split('\0').filter((path) => path !== '');
};
