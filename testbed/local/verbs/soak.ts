import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '@howdah/testbed-tools/errors';
import { soakVariable } from '@howdah/testbed-tools/soak-minutes';
import { cloneDirectory, currentWorkspace } from '@howdah/testbed-tools/workspace';
import type { Command } from 'commander';
import { ensurePackages } from '../install/ensure.ts';
import { ensurePatroni } from '../install/patroni.ts';
import { runVitest } from '../runs/vitest.ts';
import { countOf, formatCounts } from '../runs/vitest-report.ts';

const heading = `# Soaks

The long form of a test: the same code with a larger number (\`./dev soak <name> --minutes n\`). Each soak's last run:

| soak | day | minutes | outcome |
|---|---|---|---|
`;

/** The table with this soak's line put in, or put in the place of its last. */
export const withSoakLine = (text: string, name: string, line: string): string => {
  const rows = (text === '' ? heading : text).trimEnd().split('\n');
  return `${[...rows.filter((row) => !row.startsWith(`| ${name} |`)), line].join('\n')}\n`;
};

/** Files whose tests ask for {@link soakMinutes}, by name. */
const soaks = async (): Promise<ReadonlyMap<string, string>> => {
  const files = globSync('{agents,shared,testbed,cli}/**/*.test.ts', {
    cwd: cloneDirectory,
    exclude: (path) => path.includes('node_modules'),
  });
  const found = await Promise.all(
    files.map(async (file) =>
      (await readFile(join(cloneDirectory, file), 'utf8')).includes('soakMinutes(')
        ? [[basename(file).replace(/\..*$/, ''), file] as const]
        : [],
    ),
  );
  return new Map(found.flat());
};

/** `./dev soak <name>`: one test for as long as one likes. */
export const addSoak = (program: Command): void => {
  program
    .command('soak')
    .description('the long form of a test; without a name, the list')
    .argument('[name]')
    .option('--minutes <n>', 'how long', '60')
    .action(async (name: string | undefined, options: { minutes: string }) => {
      const all = await soaks();
      if (name === undefined) {
        process.stdout.write(`${[...all.keys()].join('\n')}\n`);
        return;
      }
      const file = all.get(name);
      if (file === undefined) {
        throw new HowdahError(
          errorCatalogue.refused,
          `no soak ${name}; there are ${[...all.keys()].join(', ') || 'none yet'}`,
        );
      }
      await ensurePackages('test', (line) => process.stdout.write(`${line}\n`));
      await ensurePatroni(currentWorkspace(), (line) => process.stdout.write(`${line}\n`));
      const timeoutMs = (Number(options.minutes) + 10) * 60_000;
      const runs = await runVitest([file, '--testTimeout', String(timeoutMs)], {
        [soakVariable]: options.minutes,
      });
      const counts = countOf(runs);
      const table = join(cloneDirectory, 'bench/soak.md');
      const line = `| ${name} | ${new Date().toISOString().slice(0, 10)} | ${options.minutes} | ${formatCounts(counts)} |`;
      await writeFile(table, withSoakLine(await readFile(table, 'utf8').catch(() => ''), name, line));
      process.stdout.write(`${line}\n`);
      process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
    });
};
