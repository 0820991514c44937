import { chmodSync, chownSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { appendFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@howdah/core/clock';
import { openSession } from '@howdah/postgres/connect';
import { createLogger } from '@howdah/runtime/logger';
import type { ConfigReloadStatus } from '@howdah/status/config-reload';
import { usePostgres } from '@howdah/testing/pg-test';
import type { PostgresServer } from '@howdah/testing/postgres-server';
import { databaseUser, identityOf } from '@howdah/testing/run-as';
import { Registry } from 'prom-client';
import { afterAll, beforeAll } from 'vitest';
import { agent } from '../agent.ts';
import { appliedPaths, createAppliedFiles } from '../applied-files.ts';
import type { ApplyTools } from '../apply.ts';
import { type ConfigReloadConfig, schema } from '../config.ts';
import type { ConfigReload } from '../config-reload.ts';

/** A line by which every local user may be any role: what a file under test must at least keep. */
export const openHba = 'local all all trust\n';

export interface AppliedServer {
  readonly server: PostgresServer;
  readonly appliedDirectory: string;
  readonly registry: Registry;
  /** Mounts these files as the kubelet does: a new folder, and `..data` swapped to it by one rename. */
  mount(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  /** The mount itself. */
  readonly mounted: string;
  /** What the agent applies with, for a test of that stage alone. */
  readonly tools: ApplyTools;
  /** One cycle of the agent, and what `/status` says after it. */
  look(): Promise<ConfigReloadStatus>;
  /** A new instance of the agent, as after a restart of its process. */
  restartAgent(): void;
  readonly agent: ConfigReload;
}

/** A real PostgreSQL that reads the applied files, and the agent beside it, for all tests of a file. */
export const useAppliedServer = (
  settings: Readonly<Record<string, string>> = {},
  more: Partial<ConfigReloadConfig> = {},
): (() => AppliedServer) => {
  // The server asks for its hba_file before anything of this file's hooks has run.
  const root = mkdtempSync('/tmp/howdah-config-');
  chmodSync(root, 0o755);
  const state = join(root, 'state');
  const appliedDirectory = join(state, 'postgres');
  const stateDir = join(state, 'config-reload');
  const mounted = join(root, 'mounted');
  for (const directory of [appliedDirectory, stateDir, mounted]) mkdirSync(directory, { recursive: true });
  for (const [name, text] of [
    ['pg_hba.conf', openHba],
    ['postgresql.conf', "work_mem = '5MB'\n"],
  ] as const) {
    writeFileSync(join(appliedDirectory, name), text);
    chmodSync(join(appliedDirectory, name), 0o644);
  }
  const user = databaseUser();
  if (identityOf(user).uid !== undefined) chownSync(appliedDirectory, user.uid, user.gid);
  const server = usePostgres({
    roles: true,
    settings: { hba_file: join(appliedDirectory, 'pg_hba.conf'), ...settings },
  });
  beforeAll(async () => {
    await appendFile(
      join(server().dataDirectory, 'postgresql.conf'),
      `\ninclude '${join(appliedDirectory, 'postgresql.conf')}'\n`,
    );
    await server().query('SELECT pg_reload_conf()');
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  let folders = 0;
  const mount: AppliedServer['mount'] = async (files) => {
    folders += 1;
    const folder = `..2026_${folders}`;
    await mkdir(join(mounted, folder));
    for (const [name, content] of Object.entries(files))
      await writeFile(join(mounted, folder, name), content);
    await rm(join(mounted, '..data_tmp'), { force: true });
    await symlink(folder, join(mounted, '..data_tmp'));
    await rename(join(mounted, '..data_tmp'), join(mounted, '..data'));
  };

  const registry = new Registry();
  const metrics = agent.createMetrics(registry);
  const createAgent = (): ConfigReload => {
    const config = schema.parse({
      postgres: { host: server().socketDir, port: server().port },
      confirmSeconds: 5,
      ...more,
    });
    return agent.create({
      config,
      metrics,
      logger: createLogger('config-reload', { level: 'silent' }),
      clock: systemClock,
      progress: { made: () => undefined },
      directories: { config: root, postgresSource: mounted, secrets: root, state, run: root },
      stateDir,
      member: 'pg-0',
    }) as ConfigReload;
  };
  let instance: ConfigReload | undefined;
  const current = (): ConfigReload => {
    instance ??= createAgent();
    return instance;
  };
  return () => ({
    server: server(),
    appliedDirectory,
    registry,
    mount,
    mounted,
    tools: {
      files: createAppliedFiles(appliedPaths(appliedDirectory), stateDir),
      clock: systemClock,
      confirmDeadlineMs: 1_000,
      openSession: (signal) =>
        openSession(
          {
            host: server().socketDir,
            port: server().port,
            user: 'howdah_config',
            database: 'postgres',
            applicationName: 'howdah_config_reload',
            connectTimeoutMs: 5_000,
            statementTimeoutMs: 10_000,
            lockTimeoutMs: 2_000,
          },
          signal,
        ),
    },
    look: async () => {
      await current().cycle(new AbortController().signal);
      const status = current().status();
      if (status === undefined) throw new Error('a cycle leaves a status');
      return status;
    },
    restartAgent: () => {
      instance = undefined;
    },
    get agent() {
      return current();
    },
  });
};
