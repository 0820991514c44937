import { type PgBackRest, type RunOptions, runPgBackRest } from './run.ts';

export interface ArchiveOptions extends RunOptions {
  readonly repo: number;
  /** pgBackRest's name of one database's archive, e.g. `15-1`. */
  readonly archiveId: string;
}

/**
 * The names in one directory of an archive, in no order: without `directory` the directories of 4 GiB of WAL each
 * (`0000000100000000`) and the histories of timelines; in one of them the segments, each with its checksum and
 * compression (`000000010000000000000003-8a3f….gz`). Empty where there is no such directory.
 *
 * One directory at a time, as `--recurse` would have memory grow with the archive.
 */
export const listArchive = async (
  pgbackrest: PgBackRest,
  { repo, archiveId, ...options }: ArchiveOptions,
  directory?: string,
): Promise<readonly string[]> => {
  const path = pathOf(pgbackrest, archiveId, directory);
  const args = [`--repo=${repo}`, '--sort=none', path];
  const { stdout } = await runPgBackRest(pgbackrest, 'repo-ls', args, options);
  return stdout.split('\n').filter((name) => name !== '');
};

/**
 * The history file of a timeline, as PostgreSQL wrote it. Rejects with HOWDAH_PGBACKREST_REPOSITORY where the
 * archive has none.
 */
export const readTimelineHistory = async (
  pgbackrest: PgBackRest,
  { repo, archiveId, ...options }: ArchiveOptions,
  file: string,
): Promise<string> => {
  const args = [`--repo=${repo}`, pathOf(pgbackrest, archiveId, file)];
  const { stdout } = await runPgBackRest(pgbackrest, 'repo-get', args, options);
  return stdout;
};

const pathOf = ({ stanza }: PgBackRest, archiveId: string, name: string | undefined): string =>
  ['archive', stanza, archiveId, ...(name === undefined ? [] : [name])].join('/');
