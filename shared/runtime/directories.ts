import { join } from 'node:path';
import type { AgentName } from '@howdah/status/common';
import * as z from 'zod';

/** Where things lie; the defaults are the stable surface of architecture.md. */
export interface Directories {
  /** One YAML file per agent. */
  readonly config: string;
  /** postgresql.conf, pg_hba.conf, pgaudit.conf as mounted. */
  readonly postgresSource: string;
  /** `<name>/<key>`. */
  readonly secrets: string;
  /** Persistent; one folder per agent. */
  readonly state: string;
  /** Control sockets. */
  readonly run: string;
}

const environment = z.object({
  HOWDAH_CONFIG_DIR: z.string().min(1).default('/etc/howdah/config'),
  HOWDAH_POSTGRES_SOURCE_DIR: z.string().min(1).default('/etc/howdah/postgres'),
  HOWDAH_SECRETS_DIR: z.string().min(1).default('/etc/howdah/secrets'),
  HOWDAH_STATE_DIR: z.string().min(1).default('/var/lib/howdah'),
  HOWDAH_RUN_DIR: z.string().min(1).default('/run/howdah'),
});

export const directoriesFrom = (env: NodeJS.ProcessEnv): Directories => {
  const parsed = environment.parse(env);
  return {
    config: parsed.HOWDAH_CONFIG_DIR,
    postgresSource: parsed.HOWDAH_POSTGRES_SOURCE_DIR,
    secrets: parsed.HOWDAH_SECRETS_DIR,
    state: parsed.HOWDAH_STATE_DIR,
    run: parsed.HOWDAH_RUN_DIR,
  };
};

/** Where an agent may be asked to do something, by its own user alone. */
export const controlSocket = ({ run }: Pick<Directories, 'run'>, agent: AgentName): string =>
  join(run, `${agent}.sock`);
