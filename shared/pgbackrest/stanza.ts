import { type PgBackRest, type RunOptions, runPgBackRest } from './run.ts';

/**
 * Makes the stanza in every repository of pgbackrest.conf; does nothing where it is there and right.
 * Needs the primary. Rejects with HOWDAH_PGBACKREST_DATABASE_MISMATCH where another cluster's stanza is.
 */
export const createStanza = async (pgbackrest: PgBackRest, options: RunOptions): Promise<void> => {
  await runPgBackRest(pgbackrest, 'stanza-create', [], options);
};

/**
 * Tells the stanza in every repository of pgbackrest.conf that its database is now the one that runs here. It asks
 * nothing: also another cluster's stanza would be this one's from then on. Needs the primary.
 */
export const upgradeStanza = async (pgbackrest: PgBackRest, options: RunOptions): Promise<void> => {
  await runPgBackRest(pgbackrest, 'stanza-upgrade', [], options);
};

/**
 * Switches WAL and waits until the segment is in every archive: the whole way, tried out.
 * Needs the primary; takes up to archive-timeout (60 s) when archiving does not work.
 */
export const checkStanza = async (pgbackrest: PgBackRest, options: RunOptions): Promise<void> => {
  await runPgBackRest(pgbackrest, 'check', [], options);
};
