import type { Command } from 'commander';
import { type AskOptions, askAs, asking } from '../asking.ts';
import type { Surroundings } from '../surroundings.ts';
import type { RestorePlanOptions } from './restore-plan.ts';

/** `howdah restore plan`. */
export const addRestore = (program: Command, surroundings: Surroundings): void => {
  const restore = program.command('restore').description('back to a point in time');
  asking(
    restore.command('plan'),
    'which backup a point in time would be restored from, what would be fetched, and the command; restores nothing',
  )
    .requiredOption(
      '-t, --time <time>',
      'RFC 3339, or the clocks of a zone: "2026-03-01 09:30:00 Europe/Berlin"',
    )
    .option('--repo <number>', 'from this repository (default: the first that serves, as pgBackRest chooses)')
    .option('--delta', 'keep files of the data directory that are right already')
    .action(async (options: AskOptions & RestorePlanOptions) => {
      const { planRestore } = await import('./restore-plan.ts');
      const { restorePlanJson, restorePlanText } = await import('./restore-plan-text.ts');
      const plan = planRestore(await askAs(options, surroundings), options);
      surroundings.write(
        options.json === true ? restorePlanJson(plan) : restorePlanText(plan, surroundings.style),
      );
    });
};
