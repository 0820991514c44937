import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@howdah/core/clock';
import { StopRequest } from '@howdah/runtime/agent';
import { createLogger } from '@howdah/runtime/logger';
import { type BackupStatus, backupStatus } from '@howdah/status/backup';
import type { TestRepository } from '@howdah/testing/pgbackrest-repository';
import { Registry } from 'prom-client';
import { agent } from '../agent.ts';

export interface StartedAgent extends AsyncDisposable {
  /** HOWDAH_RUN_DIR: its control socket lies there. */
  readonly runDirectory: string;
  status(): BackupStatus;
  /** Undefined when it is ready. */
  waitingFor(): string | undefined;
  /** Patroni's word is the test's alone. */
  becomes(role: 'primary' | 'replica'): void;
}

export interface AgentSettings {
  readonly member?: string;
  /** Whether Patroni says that `pg-1` runs, which is not there; default that it is stopped. */
  readonly otherRuns?: boolean;
  /** Keys of backup.yaml beside those that say where everything is. */
  readonly config?: object;
}

/** A real agent beside a real PostgreSQL and pgBackRest, until the block is over. */
export const startAgent = async (
  { pgbackrest, server, repositoryPath }: TestRepository,
  { member = 'pg-0', otherRuns = false, config = {} }: AgentSettings = {},
): Promise<StartedAgent> => {
  // Short: the path of a unix socket has 107 bytes.
  const directory = await mkdtemp('/tmp/howdah-agent-');
  const { url, ...patroni } = await startPatroni(otherRuns ? 'running' : 'stopped');
  const running = agent.create({
    config: agent.schema.parse({
      ...{ stanza: pgbackrest.stanza, patroni: { url }, initialBackup: false, schedules: [] },
      postgres: { host: server.socketDir, port: server.port },
      pgbackrest: { binary: pgbackrest.binary, configFile: pgbackrest.configFile, infoIntervalSeconds: 5 },
      repositories: [{ repo: 1, volume: { directory: repositoryPath(1) } }],
      ...config,
    }),
    directories: {
      ...{ config: directory, postgresSource: directory, secrets: directory },
      ...{ state: directory, run: join(directory, 'run') },
    },
    ...{ member, clock: systemClock, stateDir: directory },
    metrics: agent.createMetrics(new Registry()),
    logger: createLogger(member, { level: 'silent' }),
    progress: { made: () => undefined },
  });
  const stopping = new AbortController();
  const ended = running.run(stopping.signal, stopping.signal);
  return {
    runDirectory: join(directory, 'run'),
    status: () => backupStatus.parse(running.status()),
    waitingFor: () => {
      const readiness = running.readiness();
      return readiness.ready ? undefined : readiness.waitingFor;
    },
    becomes: patroni.becomes,
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new StopRequest('shutdown'));
      await ended;
      patroni.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

const startPatroni = async (otherState: string) => {
  let role = 'primary';
  const server = createServer((request, response) => {
    const word = { state: 'running', role, timeline: 1, patroni: { name: 'pg-0', scope: 'main' } };
    const members = [
      { name: 'pg-0', role: role === 'primary' ? 'leader' : 'replica', state: 'running' },
      { name: 'pg-1', role: role === 'primary' ? 'replica' : 'leader', state: otherState },
    ];
    const answers: Readonly<Record<string, unknown>> = {
      '/patroni': word,
      '/leader': word,
      '/cluster': { scope: 'main', members },
      '/history': [],
    };
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify(answers[request.url ?? ''] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    becomes: (next: 'primary' | 'replica') => {
      role = next;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
