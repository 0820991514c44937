import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { systemClock } from '@howdah/core/clock';
import { HowdahError } from '@howdah/core/errors';
import { AgentHost, type AgentSource } from './agent-host.ts';
import { environmentFrom } from './environment.ts';
import { runtimeErrors } from './errors.ts';
import { createHttpServer, listen } from './http-server.ts';
import { lastPhases } from './last-phases.ts';
import { createRegistry, createRuntimeMetrics } from './metrics.ts';
import { exitAsked, exitConfiguration, runProcess } from './process.ts';
import { shutDown } from './shutdown.ts';
import { aborted } from './stop-deadline.ts';
import type { AnyAgentDefinition } from './supervisor.ts';

/** Ports of agents that run alone; the suite has the exporter's. */
const alonePort = {
  exporter: 9187,
  backup: 9188,
  logship: 9189,
  'audit-upload': 9190,
  'config-reload': 9191,
} as const;

/** The whole process of one agent that runs alone; ends it with the exit code. */
export const runSingleAgent = async (definition: AnyAgentDefinition): Promise<void> =>
  runAgents({
    component: definition.name,
    defaultPort: alonePort[definition.name],
    sources: [{ name: definition.name, load: async () => definition }],
  });

export interface AgentsProcess {
  readonly component: string;
  readonly defaultPort: number;
  readonly sources: readonly AgentSource[];
}

/** The whole process that carries agents: configuration, HTTP, signals. Ends the process with the exit code. */
export const runAgents = async ({ component, defaultPort, sources }: AgentsProcess): Promise<void> => {
  await runProcess(component, async (logger, signal) => {
    const environment = environmentFrom(process.env, defaultPort);
    logger.level = environment.logLevel;
    await makeStateDirectory(environment.directories.state);
    const registry = createRegistry();
    const metrics = createRuntimeMetrics(registry);
    const host = new AgentHost({ sources, environment, registry, metrics, logger, clock: systemClock });
    const server = createHttpServer(host.endpoints());
    await listen(server, environment.http);
    logger.info(
      { ...environment.http, member: environment.member, config: environment.directories.config },
      'listening',
    );
    const stop = new AbortController();
    if (environment.onInvalid === 'exit') {
      await host.look(stop.signal);
      if (host.invalid().length > 0) return exitConfiguration;
    }
    const running = host.run(stop.signal);
    await Promise.race([running, aborted(signal)]);
    await shutDown(
      lastPhases({ environment, logger, stop, running, closeServer: () => server.close() }),
      logger,
    );
    return exitAsked;
  });
};

/** Without a place for its state no agent can keep a promise, and no configuration file can mend that. */
const makeStateDirectory = async (directory: string): Promise<void> => {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK);
  } catch (error) {
    throw new HowdahError(
      runtimeErrors.stateDirectoryUnwritable,
      `cannot use ${directory} as state directory`,
      { cause: error },
    );
  }
};
