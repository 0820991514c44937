import { chmod, chown, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { databaseUser, identityOf } from '@howdah/testing/run-as';
import { afterAll } from 'vitest';
import { renderedPaths } from '../render/files.ts';
import { startAgent } from './start-agent.ts';

/** A PostgreSQL whose archive_command knows nothing but the directory that the agent writes into. */
export const useRendered = () => {
  let home = '';
  const test = useRepository(async () => {
    home = await mkdtemp('/tmp/howdah-rendered-');
    for (const name of ['', 'log', 'lock', 'secrets']) {
      const path = join(home, name);
      await mkdir(path, { recursive: true });
      const { uid, gid } = identityOf(databaseUser());
      if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
    }
    const archiver = `pgbackrest --config-path=${join(home, 'rendered')} --stanza=main`;
    return { repositories: 2, postgres: { settings: { archive_command: `${archiver} archive-push %p` } } };
  });
  afterAll(() => rm(home, { recursive: true, force: true }));
  const directory = () => join(home, 'rendered');
  return {
    test,
    directory,
    /** A file with a secret, and how to change it. */
    secret: async (name: string, text: string) => {
      const path = join(home, 'secrets', name);
      await writeFile(path, text, { mode: 0o600 });
      return path;
    },
    /** The same authority where the database's user can read it. */
    caFile: async (from: string) => {
      const path = join(home, 'ca.crt');
      await copyFile(from, path);
      await chmod(path, 0o644);
      return path;
    },
    program: () => {
      const { configFile, includePath } = renderedPaths(directory());
      return { ...test().pgbackrest, configFile, configIncludePath: includePath };
    },
    /** The agent on this configuration, asked for a full backup. */
    start: (
      repositories: readonly object[],
      options: Readonly<Record<string, string>> = {},
      more: object = {},
    ) =>
      startAgent(test(), {
        config: {
          pgbackrest: {
            ...{ binary: test().pgbackrest.binary, infoIntervalSeconds: 5, timeoutSeconds: 10 },
            render: {
              ...{ directory: directory(), dataDirectory: test().server.dataDirectory },
              options: {
                ...{ 'log-path': join(home, 'log'), 'lock-path': join(home, 'lock'), 'start-fast': 'y' },
                ...options,
              },
            },
          },
          repositories,
          requests: [{ id: 'first', type: 'full', at: new Date().toISOString(), attempts: 100 }],
          retry: { initialSeconds: 1, maxSeconds: 2 },
          ...more,
        },
      }),
    /** All that was written for everybody to read. */
    open: async () => {
      const logs = await readdir(join(home, 'log'));
      const files = [renderedPaths(directory()).configFile, ...logs.map((name) => join(home, 'log', name))];
      return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
    },
  };
};
