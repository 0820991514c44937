import { relative } from 'node:path';
import { mayHaveOwnNode } from '@howdah/testbed-kube/host/requirements';
import { cloneDirectory, currentWorkspace } from '@howdah/testbed-tools/workspace';
import type { Command } from 'commander';
import { ensurePackages } from '../install/ensure.ts';
import { ensurePatroni } from '../install/patroni.ts';
import { runLanes } from '../runs/lanes.ts';
import { spawnHere } from '../runs/spawn-here.ts';
import { steps, type Tier } from '../runs/tiers.ts';
import { runVitest } from '../runs/vitest.ts';
import { countOf, formatCounts, slowest, type TestRun } from '../runs/vitest-report.ts';
import { checkScript } from './check.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** `./dev test`: sets up what is missing, then passes every test; or those that are asked for. */
export const addTest = (program: Command): void => {
  program
    .command('test')
    .description('every test; or those of some files: ./dev test <path> [-t <name>]')
    .argument('[words...]', 'paths and options for vitest')
    .allowUnknownOption()
    .action(async (_words: string[], _options: unknown, command: Command) => {
      await ensurePackages('test', say);
      const all = command.args.length === 0;
      if (mayHaveOwnNode() && (all || command.args.some((word) => word.includes('kube')))) {
        await ensurePackages('kube', say);
        await ensurePackages('images', say);
      }
      await ensurePatroni(currentWorkspace(), say);
      const runs = all ? await everything() : await runVitest(command.args);
      process.exitCode = report(runs);
    });
};

/** The check, then step by step; each step's lanes at a time. */
const everything = async (): Promise<readonly TestRun[]> => {
  const code = await spawnHere([checkScript]);
  const runs: TestRun[] = [
    { file: '', name: './dev check', outcome: code === 0 ? 'passed' : 'failed', durationMs: 0 },
  ];
  for (const lanes of steps) {
    const alone = lanes.length === 1;
    runs.push(...(await runLanes(lanes, (tier) => runTier(tier, alone))));
  }
  return runs;
};

const runTier = async ({ name, projects }: Tier, alone: boolean): Promise<readonly TestRun[]> => {
  say(`\n== ${name}`);
  const start = performance.now();
  if (name.startsWith('kube') && !mayHaveOwnNode()) {
    say('skipped: a Kubernetes node makes namespaces, mounts and interfaces, which takes root on Linux');
    return [{ file: '', name: `./dev test --project ${name}`, outcome: 'skipped', durationMs: 0 }];
  }
  const words = projects.flatMap((project) => ['--project', project]);
  const runs = await runVitest(words, {}, alone ? 'terminal' : 'lines');
  say(`== ${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  return runs;
};

/** Tells how it went, the counts as the very last line; gives the exit code. */
const report = (runs: readonly TestRun[]): number => {
  const counts = countOf(runs);
  say('\nThe slowest:');
  for (const run of slowest(runs, 10)) {
    say(`${(run.durationMs / 1000).toFixed(1).padStart(7)} s  ${place(run)}  ${run.name}`);
  }
  const failed = runs.filter((run) => run.outcome === 'failed');
  if (failed.length > 0) say('\nFailed; to run one again:');
  for (const run of failed) {
    say(`  ${again(run)}`);
    // Of a test vitest has told why; of what is none nobody has.
    if (run.file === '' && run.failure !== undefined) say(`    ${run.failure}`);
  }
  const strict = process.env.CI === 'true' && counts.skipped > 0;
  if (strict) say('\nWith CI=true a skipped test is a failure:');
  for (const run of strict ? runs.filter((each) => each.outcome === 'skipped') : []) say(`  ${again(run)}`);
  say('');
  say(formatCounts(counts));
  return counts.failed > 0 || strict || counts.passed === 0 ? 1 : 0;
};

const place = (run: TestRun): string => (run.file === '' ? '' : relative(cloneDirectory, run.file));

/** The command that runs this one test. */
const again = (run: TestRun): string => {
  if (run.file === '') return run.name;
  const pattern = run.name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll("'", '.');
  return `./dev test ${place(run)}${run.name === '' ? '' : ` -t '${pattern}'`}`;
};
