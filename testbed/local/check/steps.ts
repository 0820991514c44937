import { fileSize } from './file-size.ts';
import { generated } from './generated.ts';
import { layers } from './layers.ts';
import { licences } from './licences.ts';
import { links } from './links.ts';
import { shell } from './shell.ts';
import type { Step } from './step.ts';
import { runTool, toolOutcome } from './tool.ts';

/** Biome formats, lints and sorts imports; the rules stand in biome.json. */
const format: Step = {
  name: 'format',
  run: async (context) => {
    const write = context.write ? ['--write'] : [];
    const result = await runTool(context, 'biome', ['check', ...write, '--error-on-warnings', '.']);
    return toolOutcome(result, './dev check --write format   (what stays needs a person)');
  },
};

/** TypeScript over each package; turbo keeps what has not changed since the last run in the clone. */
const types: Step = {
  name: 'types',
  run: async (context) => {
    const quiet = ['--output-logs=errors-only', '--log-prefix=none', '--no-update-notifier'];
    const result = await runTool(context, 'turbo', [
      'run',
      'types',
      '--continue=always',
      '--cache=local:rw',
      ...quiet,
    ]);
    return toolOutcome(
      { ...result, output: typeErrorsOf(result.output) },
      'cd <package> && npx tsc --noEmit',
    );
  },
};

/** The compiler's own lines out of what npm and turbo say around them; all of it when there are none. */
const typeErrorsOf = (output: string): string => {
  const lines = output.split('\n').filter((line) => / error TS\d+: |^> @howdah/.test(line));
  return lines.some((line) => line.includes('error TS')) ? lines.join('\n') : output;
};

/** In the order in which a person wants to know. */
export const steps: readonly Step[] = [format, types, layers, generated, links, licences, fileSize, shell];
