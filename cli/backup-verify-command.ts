import { controlSocket, directoriesFrom } from '@howdah/runtime/directories';
import type { Command } from 'commander';
import { type AskOptions, askAs, asking } from './asking.ts';
import { backupVerifyJson, backupVerifyText } from './backup-verify.ts';
import { askForVerify, awaitVerify, isValid, verifyNowJson, verifyNowText } from './backup-verify-now.ts';
import { createControlClient } from './control-client.ts';
import { repositoryNumber } from './repository-number.ts';
import { exitOther, type Surroundings } from './surroundings.ts';

interface VerifyOptions extends AskOptions {
  readonly now?: boolean;
  readonly repo?: number;
  readonly wait: boolean;
}

/** `howdah backup verify`: what was found, or, of the agent in the same pod, what is. */
export const addVerify = (backup: Command, surroundings: Surroundings): void => {
  const { write, style } = surroundings;
  asking(backup.command('verify'), 'what the last `pgbackrest verify` of each repository found')
    .option('--now', 'have the agent in this pod, which has to be the primary’s, verify a repository now')
    .option('--repo <number>', 'with --now: which (default: the lowest number)', repositoryNumber)
    .option('--wait', 'with --now: until there is a verdict (default)', true)
    .option('--no-wait', 'with --now: end at once')
    .action(async (options: VerifyOptions) => {
      if (options.now === true) return verifyNow(options, surroundings);
      const fleet = await askAs(options, surroundings);
      write(options.json === true ? backupVerifyJson(fleet) : backupVerifyText(fleet, style));
    });
};

const verifyNow = async ({ repo, wait, json }: VerifyOptions, surroundings: Surroundings): Promise<void> => {
  const { env, signal, write, style, exitWith } = surroundings;
  const client = createControlClient(controlSocket(directoriesFrom(env), 'backup'));
  const asked = await askForVerify(client, repo === undefined ? {} : { repo }, signal);
  if (!wait) {
    write(json === true ? verifyNowJson(asked) : `${asked.at}\n`);
    return;
  }
  const verified = await awaitVerify(client, asked, surroundings);
  write(json === true ? verifyNowJson(asked, verified) : verifyNowText(verified, asked, style));
  if (!isValid(verified, asked)) exitWith(exitOther);
};
