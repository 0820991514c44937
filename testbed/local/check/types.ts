import { posix } from 'node:path';
import { readManifests } from './manifests.ts';
import { sourceFiles } from './source-files.ts';
import type { Step } from './step.ts';
import { runTool } from './tool.ts';

/** TypeScript over each package; turbo leaves out what has not changed since it was last found good. */
export const types: Step = {
  name: 'types',
  run: async (context) => {
    const { exitCode, output } = await runTool(context, 'turbo', [
      ...['run', 'types', '--continue=always', '--cache=local:rw', '--no-update-notifier'],
      ...['--output-logs=errors-only', '--log-order=grouped', '--log-prefix=none'],
    ]);
    if (exitCode === 0) return { ok: true };
    const manifests = await readManifests(context.root, await sourceFiles(context, ['*package.json']));
    const folders = new Map(manifests.map(({ name, folder }) => [name, folder]));
    const errors = typeErrorsIn(output, folders);
    return {
      ok: false,
      output: errors.length > 0 ? errors.join('\n') : output,
      command: 'cd <package> && npx tsc --noEmit',
    };
  },
};

/**
 * The compiler's complaints out of what turbo and npm say around them, each once, with paths relative to
 * the root: a fault in shared code is found again by each package that uses it.
 *
 * @param folders of the packages, by name
 */
export const typeErrorsIn = (output: string, folders: ReadonlyMap<string, string>): readonly string[] => {
  const found = new Set<string>();
  let folder = '';
  for (const line of output.split('\n')) {
    const script = /^> (\S+)@\S+ types$/.exec(line)?.[1];
    if (script !== undefined) folder = folders.get(script) ?? folder;
    const [, path, complaint] = /^(\S[^(]*)(\(\d+,\d+\): error TS\d+: .*)$/.exec(line) ?? [];
    if (path !== undefined) found.add(`${posix.join(folder, path)}${complaint}`);
  }
  return [...found].toSorted();
};
