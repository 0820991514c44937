import { directoriesFrom } from '@howdah/runtime/directories';
import { howdahVersion } from '@howdah/runtime/version';
import { Command } from 'commander';
import { configDescriptions } from './agents.ts';
import { type AskOptions, askAs, asking } from './asking.ts';
import { addAudit } from './audit-command.ts';
import { addBackup } from './backup-command.ts';
import { checkConfig, configCheckJson, configCheckText } from './config-check.ts';
import { addPlan } from './plan/plan-command.ts';
import { addRestore } from './restore/restore-command.ts';
import { statusJson, statusText } from './status.ts';
import { exitConfiguration, type Surroundings } from './surroundings.ts';

/** All commands; each writes text for a person or, by `--json`, an object with `version` for a program. */
export const createProgram = (surroundings: Surroundings): Command => {
  const { write } = surroundings;
  const program = new Command('howdah')
    .description('Look after PostgreSQL clusters that run with Patroni: what the agents beside them say.')
    .version(howdahVersion)
    .showHelpAfterError('(--help says what there is)')
    .addHelpText('after', examples);

  asking(program.command('status'), 'whether all is well and, if not, what is wrong first').action(
    async (options: AskOptions) => {
      const fleet = await askAs(options, surroundings);
      write(options.json === true ? statusJson(fleet) : statusText(fleet, surroundings.style));
    },
  );

  addBackup(program, surroundings);
  addRestore(program, surroundings);
  addAudit(program, surroundings);
  addPlan(program, surroundings);

  program
    .command('config')
    .description('the agents’ configuration')
    .command('check')
    .description('every problem of every file in a configuration directory; ends with 78 when there is one')
    .argument('[directory]', 'default: HOWDAH_CONFIG_DIR, or /etc/howdah/config')
    .option('--json', 'for programs')
    .action(async (directory: string | undefined, { json }: { readonly json?: boolean }) => {
      const where = directory ?? directoriesFrom(surroundings.env).config;
      const check = await checkConfig(where, await configDescriptions());
      write(json === true ? configCheckJson(check) : configCheckText(check, surroundings.style));
      if (check.problems.length > 0) surroundings.exitWith(exitConfiguration);
    });
  return program;
};

const examples = `
Examples:
  howdah status                                   the member at http://127.0.0.1:9187
  howdah status -u http://10.0.0.7:9187 http://10.0.0.8:9187
  howdah status --fleet http://10.0.0.7:8008      every member of that cluster
  howdah backup list --json | jq '.repositories[].backups[].label'
  howdah backup show 20260301-010000F
  howdah backup runs
  howdah backup schedule
  howdah backup now --type full                   in the pod of the primary
  howdah backup cancel                            in the pod where it runs
  howdah backup verify                            is what lies in the repositories sound?
  howdah restore plan --time '2026-03-01 09:30:00 Europe/Berlin'
  howdah audit verify -c ./config                 is any audit record missing or altered?
  howdah config check ./config                    before it is mounted
  howdah plan -f cluster.yaml                     what the operator would do with it

Exit codes: 0 done, 78 a configuration is wrong, 1 anything else.`;
