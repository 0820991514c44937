import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '@howdah/testbed-tools/errors';
import { cloneDirectory } from '@howdah/testbed-tools/workspace';
import type { Command } from 'commander';
import { spawnHere } from '../runs/spawn-here.ts';

const benches = (): readonly string[] => {
  const root = join(cloneDirectory, 'bench');
  return readdirSync(root).filter((name) =>
    statSync(join(root, name, 'run.ts'), { throwIfNoEntry: false })?.isFile(),
  );
};

/** `./dev bench [name]`: one comparison, or the list of them. */
export const addBench = (program: Command): void => {
  program
    .command('bench')
    .description('measure: one folder of bench/ each; without a name, the list')
    .argument('[name]')
    .argument('[words...]', 'options of that bench')
    .allowUnknownOption()
    .action(async (name: string | undefined, _words: string[], _options: unknown, command: Command) => {
      if (name === undefined) {
        process.stdout.write(`${benches().join('\n')}\n`);
        return;
      }
      if (!benches().includes(name)) {
        throw new HowdahError(
          errorCatalogue.refused,
          `no bench ${name}; there are ${benches().join(', ') || 'none yet'}`,
        );
      }
      process.exitCode = await spawnHere([`bench/${name}/run.ts`, ...command.args.slice(1)]);
    });
};
