import type { PgBackRest } from '@howdah/pgbackrest/run';
import { readSecret } from '@howdah/runtime/secrets';
import { renderedPaths } from './render/files.ts';

/** The part of backup.yaml that says with what pgBackRest is run. */
export interface ProgramConfig {
  readonly stanza: string;
  readonly pgbackrest: {
    readonly binary: string;
    readonly configFile?: string | undefined;
    readonly render?: { readonly directory: string } | undefined;
  };
  readonly postgres: { readonly passwordFile?: string | undefined };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @param ours what the agent’s environment holds, and more */
export const programWith = (
  config: ProgramConfig,
  ours: (more: Readonly<Record<string, string>>) => Environment,
): PgBackRest => {
  const { binary, render } = config.pgbackrest;
  const configFile = configFileOf(config);
  const { passwordFile } = config.postgres;
  return {
    ...{ binary, stanza: config.stanza },
    ...(configFile === undefined ? {} : { configFile }),
    ...(render === undefined ? {} : { configIncludePath: renderedPaths(render.directory).includePath }),
    // It logs in as the same role as the agent.
    environment: async () =>
      programEnvironment(
        config,
        ours(passwordFile === undefined ? {} : { PGPASSWORD: await readSecret(passwordFile) }),
      ),
  };
};

/** pgbackrest.conf, whoever writes it; undefined where it is pgBackRest's own default. */
export const configFileOf = ({
  pgbackrest: { configFile, render },
}: Pick<ProgramConfig, 'pgbackrest'>): string | undefined =>
  render === undefined ? configFile : renderedPaths(render.directory).configFile;

/** archive_command has another environment: where the agent writes the file, nothing beside it may hold for one alone. */
export const programEnvironment = (
  { pgbackrest: { render } }: Pick<ProgramConfig, 'pgbackrest'>,
  ours: Environment,
): Environment =>
  render === undefined
    ? ours
    : Object.fromEntries(Object.entries(ours).filter(([name]) => !name.startsWith('PGBACKREST_')));
