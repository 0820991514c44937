import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type PostgresOptions, type PostgresServer, startPostgres } from './postgres-server.ts';
import { databaseUser, identityOf } from './run-as.ts';

export interface RepositoryOptions {
  /** Repositories on disk, numbered from 1. Default one. */
  readonly repositories?: number;
  /** Lines for the section `[global]`, over the defaults: `{ 'compress-level': '9' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly postgres?: PostgresOptions;
}

/** A PostgreSQL that archives by a real pgBackRest to repositories in a temporary directory. */
export interface TestRepository {
  readonly server: PostgresServer;
  /** What the adapter of `@howdah/pgbackrest` takes. The stanza is not created. */
  readonly pgbackrest: { readonly binary: string; readonly configFile: string; readonly stanza: string };
  /** The directory of repository `n`. */
  repositoryPath(n: number): string;
}

/**
 * One PostgreSQL with pgBackRest for all tests of a file.
 *
 * @returns a function that gives it; call it inside tests and hooks, not beside them.
 */
export const useRepository = (
  options: RepositoryOptions | (() => Promise<RepositoryOptions>) = {},
): (() => TestRepository) => {
  let started: { repository: TestRepository; stop(): Promise<void> } | undefined;
  beforeAll(async () => {
    started = await startRepository(typeof options === 'function' ? await options() : options);
  }, 60_000);
  afterAll(() => started?.stop(), 60_000);
  return () => {
    if (started === undefined) throw new Error('the repository is there only inside tests and hooks');
    return started.repository;
  };
};

const startRepository = async (options: RepositoryOptions) => {
  const root = await mkdtemp('/tmp/howdah-repo-');
  const stanza = 'main';
  const configFile = join(root, 'pgbackrest.conf');
  const repositoryPath = (n: number) => join(root, `repo${n}`);
  const numbers = Array.from({ length: options.repositories ?? 1 }, (_, index) => index + 1);
  const directories = [...numbers.map(repositoryPath), join(root, 'log'), join(root, 'lock')];
  await Promise.all(directories.map((path) => mkdir(path)));
  const binary = await asDatabaseUser(root);
  await Promise.all([root, ...directories, binary].map(own));
  const server = await startPostgres({
    roles: true,
    ...options.postgres,
    settings: {
      archive_mode: 'on',
      wal_level: 'replica',
      archive_command: `pgbackrest --config=${configFile} --stanza=${stanza} archive-push %p`,
      ...options.postgres?.settings,
    },
  });
  const settings = {
    ...Object.fromEntries(
      numbers.flatMap((n) => [
        [`repo${n}-path`, repositoryPath(n)],
        [`repo${n}-retention-full`, '100'],
      ]),
    ),
    'log-path': join(root, 'log'),
    'lock-path': join(root, 'lock'),
    'start-fast': 'y',
    ...options.settings,
  };
  const instance = {
    'pg1-path': server.dataDirectory,
    'pg1-socket-path': server.socketDir,
    'pg1-port': String(server.port),
    'pg1-user': 'howdah_backup',
    'pg1-database': 'postgres',
  };
  await writeFile(configFile, `[global]\n${lines(settings)}[${stanza}]\n${lines(instance)}`);
  return {
    repository: { server, pgbackrest: { binary, configFile, stanza }, repositoryPath },
    stop: async () => {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
};

const lines = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

const own = async (path: string): Promise<void> => {
  const { uid, gid } = identityOf(databaseUser());
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
};

/** pgBackRest as the user that PostgreSQL runs as: what archive-push writes, backup must be able to read. */
const asDatabaseUser = async (root: string): Promise<string> => {
  if (userInfo().uid !== 0) return 'pgbackrest';
  const { uid, gid } = databaseUser();
  const binary = join(root, 'pgbackrest');
  // exec: the script becomes pgBackRest, so that signals reach it.
  await writeFile(
    binary,
    `#!/bin/sh\nexec setpriv --reuid=${uid} --regid=${gid} --init-groups pgbackrest "$@"\n`,
  );
  await chmod(binary, 0o755);
  return binary;
};
