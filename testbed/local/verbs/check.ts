import type { Command } from 'commander';
import { spawnHere } from '../runs/spawn-here.ts';

export const checkScript = 'testbed/local/check.ts';

/** `./dev check`: everything that can be said about the code without running it. */
export const addCheck = (program: Command): void => {
  program
    .command('check')
    .description('format, lint, types, layers, generated files, licences; under a minute')
    .argument('[words...]', 'steps and options, see ./dev check --help')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (_words: string[], _options: unknown, command: Command) => {
      process.exitCode = await spawnHere([checkScript, ...command.args]);
    });
};
