import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { cloneDirectory } from '@howdah/testbed-tools/workspace';
import type { Command } from 'commander';
import { demoPorts } from '../cluster/ports.ts';

/** `./dev howdah …`: the command as an image carries it, asking the members of the demo unless told otherwise. */
export const addHowdah = (program: Command): void => {
  program
    .command('howdah')
    .description('the command howdah, asking the demo’s members')
    .argument('[words...]', 'its words, e.g. status; --help after it says which there are')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (words: readonly string[]) => {
      const urls = demoPorts.agents.map((port) => `http://127.0.0.1:${port}`).join(',');
      const child = spawn(process.execPath, [join(cloneDirectory, 'cli/main.ts'), ...words], {
        stdio: 'inherit',
        env: { HOWDAH_URL: urls, ...process.env },
      });
      const [code] = (await once(child, 'exit')) as [number | null];
      process.exitCode = code ?? 1;
    });
};
