import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '@howdah/testbed-tools/errors';
import { cloneDirectory, currentWorkspace } from '@howdah/testbed-tools/workspace';
import type { Command } from 'commander';
import { ensurePackages } from '../install/ensure.ts';
import { ensurePatroni } from '../install/patroni.ts';
import { type Fault, parseFaults, showsFault } from '../runs/fault-list.ts';
import { runVitest } from '../runs/vitest.ts';
import type { TestRun } from '../runs/vitest-report.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** `./dev faults [id…]`: breaks things on purpose, a line for each row of the fault list. */
export const addFaults = (program: Command): void => {
  program
    .command('faults')
    .description(
      'rows of the fault list: break it, and see what was promised; without an id, all that have a test',
    )
    .argument('[ids...]', 'e.g. S01 B05')
    .option('--list', 'only say which rows have a test')
    .action(async (ids: string[], options: { list?: boolean }) => {
      const faults = parseFaults(
        await readFile(join(cloneDirectory, 'testbed/local/testdata/faults.tsv'), 'utf8'),
      );
      const unknown = ids.filter((id) => !faults.some((fault) => fault.id === id));
      if (unknown.length > 0) {
        throw new HowdahError(errorCatalogue.refused, `the fault list has no ${unknown.join(', ')}`);
      }
      const files = await filesByFault(faults);
      const chosen = faults.filter((fault) =>
        ids.length === 0 ? files.has(fault.id) : ids.includes(fault.id),
      );
      if (options.list === true) {
        for (const fault of faults) say(`${files.has(fault.id) ? 'tested' : '      '}  ${sentence(fault)}`);
        return;
      }
      await ensurePackages('test', say);
      await ensurePatroni(currentWorkspace(), say);
      let failed = 0;
      for (const fault of chosen) {
        const runs = await runFault(fault, files.get(fault.id) ?? []);
        const outcome = outcomeOf(runs);
        if (outcome !== 'held') failed += 1;
        const seconds = runs.reduce((sum, run) => sum + run.durationMs, 0) / 1000;
        say(`${outcome.padEnd(7)} ${seconds.toFixed(1).padStart(6)} s  ${sentence(fault)}`);
        for (const run of runs)
          if (run.failure !== undefined) say(`        ${run.failure.split('\n', 1)[0]}`);
      }
      say(`${chosen.length - failed} held, ${failed} not`);
      process.exitCode = failed > 0 || chosen.length === 0 ? 1 : 0;
    });
};

const sentence = ({ id, fault, expected }: Fault): string => `${id}  ${fault} → ${expected}`;

/** `untested` when the row has no test, or its tests were all skipped. */
const outcomeOf = (runs: readonly TestRun[]): 'held' | 'broken' | 'untested' => {
  if (runs.some((run) => run.outcome === 'failed')) return 'broken';
  return runs.some((run) => run.outcome === 'passed') ? 'held' : 'untested';
};

const runFault = async ({ id }: Fault, files: readonly string[]): Promise<readonly TestRun[]> => {
  if (files.length === 0) return [];
  const runs = await runVitest([...files, '-t', `(^|\\s)${id}:`], {}, 'errors');
  return runs.filter((run) => run.outcome === 'failed' || showsFault(run.name, id));
};

/** Which test files name which rows. */
const filesByFault = async (faults: readonly Fault[]): Promise<ReadonlyMap<string, readonly string[]>> => {
  const files = globSync('{agents,shared,testbed,cli,console}/**/*.test.ts', {
    cwd: cloneDirectory,
    exclude: (path) => path.includes('node_modules'),
  });
  const found = new Map<string, string[]>();
  for (const file of files) {
    const text = await readFile(join(cloneDirectory, file), 'utf8');
    for (const { id } of faults) {
      if (new RegExp(`['"\`]${id}:`).test(text)) found.set(id, [...(found.get(id) ?? []), file]);
    }
  }
  return found;
};
