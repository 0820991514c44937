import { type PgBackRest, type RunOptions, runPgBackRest } from './run.ts';

/** Commands that between them know every option that matters to archiving, backups and restores. */
const commands = ['archive-push', 'archive-get', 'backup', 'expire', 'restore'] as const;

/**
 * Has pgBackRest read a configuration without doing anything by it: `help` of a command shows the values in force, so
 * it reads and judges them, asks no store and no server, and hides what is secret. What a command cannot do without it
 * does not miss.
 *
 * Rejects with HOWDAH_PGBACKREST_CONFIGURATION where a value is refused.
 *
 * @returns its warnings: what it does not know, or knows on the command line only, and passes over
 */
export const tryConfiguration = async (
  pgbackrest: PgBackRest,
  options: RunOptions,
): Promise<readonly string[]> => {
  const found = new Set<string>();
  for (const command of commands) {
    const { stderr } = await runPgBackRest(pgbackrest, 'help', [command], options);
    for (const [, warning] of stderr.matchAll(/WARN:\s*(configuration file contains .*)/g))
      if (warning !== undefined) found.add(warning.trim());
  }
  return [...found];
};
