import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPatroniClient, type PatroniClient } from '@howdah/patroni/client';
import { openSession } from '@howdah/postgres/connect';
import type { AgentDefinition, AgentInput } from '@howdah/runtime/agent';
import { readSecret } from '@howdah/runtime/secrets';
import { appliedPaths, createAppliedFiles } from './applied-files.ts';
import { type ConfigReloadConfig, schema } from './config.ts';
import { ConfigReload } from './config-reload.ts';
import type { OpenSession } from './confirm.ts';
import { createMemory } from './memory.ts';
import { type ConfigReloadMetrics, createMetrics } from './metrics.ts';
import { Reloader } from './reloader.ts';
import { createTeller } from './tell.ts';

const create = (input: AgentInput<ConfigReloadConfig, ConfigReloadMetrics>): ConfigReload => {
  const { config, metrics, logger, clock, progress, directories, stateDir } = input;
  const { postgres, hba } = config;
  const applied = config.applied.directory ?? join(directories.state, 'postgres');
  const reloader = new Reloader({
    sourceDirectory: directories.postgresSource,
    openSession: sessionOf(config),
    ...(config.patroni === undefined ? {} : { patroni: patroniOf(config.patroni) }),
    files: createAppliedFiles(appliedPaths(applied), stateDir),
    memory: createMemory(stateDir),
    kept: {
      own: { host: postgres.host, user: postgres.user, hasPassword: postgres.passwordFile !== undefined },
      agentUsers: hba.agentUsers,
      superuser: hba.superuser,
      superuserFrom: hba.superuserFrom,
      replicationUser: hba.replicationUser,
      rewindUser: hba.rewindUser ?? hba.superuser,
      extra: hba.keep.map((login) => ({ ...login, why: 'hba.keep of config-reload.yaml' })),
    },
    preloadLibraries: config.preloadLibraries,
    confirmDeadlineMs: config.confirmSeconds * 1_000,
    clock,
    metrics,
  });
  return new ConfigReload({
    reloader,
    sourceDirectory: directories.postgresSource,
    pollMs: config.pollSeconds * 1_000,
    clock,
    metrics,
    teller: createTeller(logger),
    progress,
  });
};

/** Sessions are opened while there is something to do, and closed right after. */
const sessionOf = ({ postgres: { passwordFile, ...server } }: ConfigReloadConfig): OpenSession => {
  const options = {
    ...server,
    ...(passwordFile === undefined ? {} : { readPassword: () => readSecret(passwordFile) }),
    applicationName: 'howdah_config_reload',
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 10_000,
    lockTimeoutMs: 2_000,
  };
  return (signal) => openSession(options, signal);
};

const patroniOf = (config: NonNullable<ConfigReloadConfig['patroni']>): PatroniClient => {
  const { url, username, passwordFile, caFile } = config;
  return createPatroniClient({
    url,
    ...(username === undefined ? {} : { username }),
    ...(passwordFile === undefined ? {} : { readPassword: () => readSecret(passwordFile) }),
    ...(caFile === undefined ? {} : { readCa: () => readFile(caFile, 'utf8') }),
  });
};

/** postgresql.conf, pg_hba.conf and pgaudit.conf from a mounted directory: checked, applied, confirmed, rolled back. */
export const agent: AgentDefinition<ConfigReloadConfig, ConfigReloadMetrics> = {
  name: 'config-reload',
  schema,
  createMetrics,
  create,
};
