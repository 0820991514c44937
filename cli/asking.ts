import type { Fleet } from '@howdah/status/fleet';
import type { Command } from 'commander';
import { askFleet } from './fleet.ts';
import type { Surroundings } from './surroundings.ts';

const defaultUrl = 'http://127.0.0.1:9187';

export interface AskOptions {
  readonly url?: readonly string[];
  readonly fleet?: string;
  readonly json?: boolean;
}

/** The options of every command that asks agents. */
export const asking = (command: Command, description: string): Command =>
  command
    .description(description)
    .option(
      '-u, --url <url...>',
      `where agents listen; several for several members (default: HOWDAH_URL, or ${defaultUrl})`,
    )
    .option('-f, --fleet <patroni-url>', 'ask the agents of all members that this Patroni knows')
    .option('--json', 'for programs');

/** Rejects with HOWDAH_CLI_NOBODY_ANSWERS. */
export const askAs = ({ url, fleet }: AskOptions, { env, signal }: Surroundings): Promise<Fleet> =>
  askFleet({ urls: url ?? urlsFrom(env), ...(fleet === undefined ? {} : { patroniUrl: fleet }) }, signal);

/** `HOWDAH_URL` holds one address or several with commas between. */
const urlsFrom = (env: NodeJS.ProcessEnv): readonly string[] => {
  const urls = (env.HOWDAH_URL ?? '').split(',').filter((url) => url !== '');
  return urls.length === 0 ? [defaultUrl] : urls;
};
