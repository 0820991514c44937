import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '@howdah/core/clock';
import { StopRequest } from '@howdah/runtime/agent';
import { createLogger } from '@howdah/runtime/logger';
import type { BackupStatus } from '@howdah/status/backup';
import type { TestRepository } from '@howdah/testing/pgbackrest-repository';
import { Registry } from 'prom-client';
import { agent } from '../agent.ts';
import { primaryByPatroni } from './said-role.ts';

export interface MemberOptions {
  readonly name: string;
  readonly on: TestRepository;
  /** What backup.yaml says beside where things are: `repositories`, `schedules`, `requests`, … */
  readonly config: Readonly<Record<string, unknown>>;
  readonly clock?: Clock;
}

/** Where a member’s agent has its own: its pgbackrest.conf names a lock-path of its own, as in pods. */
export const homeOf = async ({ name, on: { pgbackrest } }: Pick<MemberOptions, 'name' | 'on'>) => {
  const directory = await mkdtemp(join('/tmp', `howdah-${name}-`));
  // pgBackRest, of another user, makes it.
  const lockPath = `${directory}.lock`;
  const configFile = `${pgbackrest.configFile}.${name}`;
  const text = await readFile(pgbackrest.configFile, 'utf8');
  await writeFile(configFile, text.replace(/^lock-path=.*$/m, `lock-path=${lockPath}`));
  return {
    ...{ directory, configFile },
    [Symbol.asyncDispose]: async () => {
      await rm(directory, { recursive: true, force: true });
      await rm(lockPath, { recursive: true, force: true });
    },
  };
};

/** backup.yaml of a member, as an object. */
export const memberConfig = (
  { on: { pgbackrest, server }, config: { pgbackrest: more = {}, ...config } }: Omit<MemberOptions, 'name'>,
  { configFile, patroni }: { readonly configFile: string; readonly patroni: string },
) => ({
  stanza: pgbackrest.stanza,
  patroni: { url: patroni },
  postgres: { host: server.socketDir, port: server.port },
  pgbackrest: { binary: pgbackrest.binary, configFile, infoIntervalSeconds: 5, ...(more as object) },
  ...config,
});

/** A real agent with a pgBackRest of its own, in this process, until it is disposed of. */
export const startMember = async ({ name, clock = systemClock, ...options }: MemberOptions) => {
  const patroni = await primaryByPatroni();
  const home = await homeOf({ name, on: options.on });
  const { directory, configFile } = home;
  const config = agent.schema.parse(memberConfig(options, { configFile, patroni: patroni.url }));
  const paths = { config: directory, postgresSource: directory, secrets: directory };
  const registry = new Registry();
  const running = agent.create({
    ...{ config, member: name, clock, stateDir: directory },
    directories: { ...paths, state: directory, run: directory },
    metrics: agent.createMetrics(registry),
    logger: createLogger(name, { level: 'silent' }),
    progress: { made: () => undefined },
  });
  const stopping = new AbortController();
  const ended = running.run(stopping.signal, stopping.signal);
  return {
    status: () => running.status() as BackupStatus,
    /** As a scrape shows them. */
    metrics: () => registry.metrics(),
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new StopRequest('shutdown'));
      await ended;
      await patroni[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
};
