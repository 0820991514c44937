import { controlSocket, directoriesFrom } from '@howdah/runtime/directories';
import { type Command, Option } from 'commander';
import { type AskOptions, askAs, asking } from './asking.ts';
import { backupCancelJson, backupCancelText, cancelBackup, isCancelled } from './backup-cancel.ts';
import { backupListJson, backupListText } from './backup-list.ts';
import { askForBackup, awaitBackup, backupNowJson, backupNowText } from './backup-now.ts';
import { backupRunsJson, backupRunsText } from './backup-runs.ts';
import { backupScheduleJson, backupScheduleText } from './backup-schedule.ts';
import { backupShowJson, backupShowText } from './backup-show.ts';
import { addVerify } from './backup-verify-command.ts';
import { createControlClient } from './control-client.ts';
import { repositoryNumber } from './repository-number.ts';
import { exitOther, type Surroundings } from './surroundings.ts';

/** `howdah backup …`. */
export const addBackup = (program: Command, surroundings: Surroundings): void => {
  const { write, style } = surroundings;
  const backup = program.command('backup').description('what is in the repositories, and what is due');
  asking(backup.command('list'), 'from when to when one can restore, and all backups, newest first').action(
    async (options: AskOptions) => {
      const fleet = await askAs(options, surroundings);
      write(options.json === true ? backupListJson(fleet) : backupListText(fleet));
    },
  );
  asking(backup.command('show'), 'everything of one backup: sizes, WAL, annotations, what depends on what')
    .argument('<label>', 'as `howdah backup list` has it')
    .action(async (label: string, options: AskOptions) => {
      const fleet = await askAs(options, surroundings);
      write(options.json === true ? backupShowJson(fleet, label) : backupShowText(fleet, label, style));
    });
  asking(backup.command('runs'), 'who tried what for which due time, and what came of it').action(
    async (options: AskOptions) => {
      const fleet = await askAs(options, surroundings);
      write(options.json === true ? backupRunsJson(fleet) : backupRunsText(fleet));
    },
  );
  asking(backup.command('schedule'), 'the next due times, in UTC and in each schedule’s zone').action(
    async (options: AskOptions) => {
      const fleet = await askAs(options, surroundings);
      write(options.json === true ? backupScheduleJson(fleet) : backupScheduleText(fleet));
    },
  );
  addVerify(backup, surroundings);
  addControl(backup, surroundings);
};

interface NowOptions {
  readonly type: string;
  readonly repo?: number;
  readonly wait: boolean;
  readonly json?: boolean;
}

/** What is asked of the agent in the same pod, over its socket. */
const addControl = (backup: Command, surroundings: Surroundings): void => {
  const { env, signal, write, style, exitWith } = surroundings;
  const clientHere = () => createControlClient(controlSocket(directoriesFrom(env), 'backup'));
  backup
    .command('now')
    .description('have the agent in this pod, which has to be the primary’s, take a backup now')
    .addOption(new Option('--type <type>', 'what to take').choices(['full', 'diff', 'incr']).default('incr'))
    .option('--repo <number>', 'into which repository (default: the lowest number)', repositoryNumber)
    .option('--wait', 'until it is done (default)', true)
    .option('--no-wait', 'write its id and end')
    .option('--json', 'for programs')
    .action(async ({ type, repo, wait, json }: NowOptions) => {
      const client = clientHere();
      const asked = await askForBackup(client, { type, ...(repo === undefined ? {} : { repo }) }, signal);
      if (!wait) {
        write(json === true ? backupNowJson(asked) : `${asked.id}\n`);
        return;
      }
      const ended = await awaitBackup(client, asked, surroundings);
      write(json === true ? backupNowJson(asked, ended) : backupNowText(asked, ended, style));
      if (ended.kind !== 'done') exitWith(exitOther);
    });
  backup
    .command('cancel')
    .description(
      'stop the backup or verify that runs on this member, or waits for its next try; it is not taken up again before its next due time',
    )
    .option('--json', 'for programs')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const cancelled = await cancelBackup(clientHere(), surroundings);
      write(json === true ? backupCancelJson(cancelled) : backupCancelText(cancelled));
      if (!isCancelled(cancelled)) exitWith(exitOther);
    });
};
