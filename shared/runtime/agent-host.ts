import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import type { AgentName } from '@howdah/status/common';
import type { Status } from '@howdah/status/status';
import type { Registry } from 'prom-client';
import { digestOf, listConfigDirectory, strangeFiles } from './config.ts';
import { configInForce } from './config-in-force.ts';
import type { Environment } from './environment.ts';
import type { Endpoints } from './http-server.ts';
import { type Logger, loggerBeside } from './logger.ts';
import type { RuntimeMetrics } from './metrics.ts';
import { configFileName } from './parse-config.ts';
import { type AnyAgentDefinition, Supervisor } from './supervisor.ts';
import { howdahVersion } from './version.ts';
import { watchDirectory } from './watch-directory.ts';

/** An agent that is loaded only when its file is there: code that is not needed costs no memory. */
export interface AgentSource {
  readonly name: AgentName;
  load(): Promise<AnyAgentDefinition>;
}

export interface AgentHostInput {
  readonly sources: readonly AgentSource[];
  readonly environment: Environment;
  readonly registry: Registry;
  readonly metrics: RuntimeMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** The kubelet needs up to 90 s for a ConfigMap; ten more for a missed event do not show. */
const pollMs = 10_000;

/** Carries any set of agents in one process: a file's presence turns an agent on, its change replaces it. */
export class AgentHost {
  readonly #input: AgentHostInput;
  readonly #supervisors = new Map<AgentName, Supervisor>();
  readonly #running = new Map<AgentName, Promise<void>>();
  readonly #startedAt: Date;
  /** What was said last about each file, so that a problem is told once and not with every look. */
  readonly #told = new Map<string, string>();

  constructor(input: AgentHostInput) {
    this.#input = input;
    this.#startedAt = input.clock.now();
  }

  /** Looks at the configuration until the signal aborts, and resolves when the last agent has stopped. */
  async run(signal: AbortSignal): Promise<void> {
    await watchDirectory({
      directory: this.#input.environment.directories.config,
      pollMs,
      look: () => this.look(signal),
      signal,
    });
    await Promise.all(this.#running.values());
  }

  /** One look at the configuration directory; agents started by it run until `signal` aborts. */
  async look(signal: AbortSignal): Promise<void> {
    const { sources, environment } = this.#input;
    const present = await this.#presentFiles();
    // A directory that went away is no order to stop: what runs goes on.
    if (present === undefined) return;
    await Promise.all(
      sources.map(async (source) => {
        let supervisor = this.#supervisors.get(source.name);
        if (supervisor === undefined && !present.has(configFileName(source.name))) return;
        supervisor ??= await this.#supervise(source);
        const config = await configInForce(
          environment.directories,
          supervisor.definition,
          supervisor.known(),
        );
        supervisor.accept(config);
        this.#tell(
          source.name,
          config.problems.length === 0
            ? undefined
            : { problems: config.problems, runsOn: runsOn(config.state) },
        );
        this.#tell(
          `${source.name}, last good configuration`,
          config.notKept === undefined ? undefined : { error: describeError(config.notKept) },
          notKeptWords,
        );
        if (!this.#running.has(source.name) && !signal.aborted)
          this.#running.set(source.name, supervisor.run(signal));
      }),
    );
  }

  async #supervise(source: AgentSource): Promise<Supervisor> {
    const { environment, registry, metrics, logger, clock } = this.#input;
    const definition = await source.load();
    const supervisor = new Supervisor({
      definition,
      agentMetrics: definition.createMetrics(registry),
      metrics,
      logger: loggerBeside(logger, source.name),
      clock,
      directories: environment.directories,
      member: environment.member,
    });
    this.#supervisors.set(source.name, supervisor);
    return supervisor;
  }

  /** Undefined when the directory cannot be read. */
  async #presentFiles(): Promise<ReadonlySet<string> | undefined> {
    const { directories } = this.#input.environment;
    try {
      const files = await listConfigDirectory(directories.config);
      const strange = await strangeFiles(directories.config);
      this.#tell('configuration directory', strange.length === 0 ? undefined : { problems: strange });
      return new Set(files);
    } catch (error) {
      this.#tell('configuration directory', { error: describeError(error), directory: directories.config });
      return undefined;
    }
  }

  #tell(subject: string, problem: object | undefined, words = wrongWords): void {
    const said = problem === undefined ? undefined : digestOf(JSON.stringify(problem));
    if (this.#told.get(subject) === said) return;
    if (said === undefined) this.#told.delete(subject);
    else this.#told.set(subject, said);
    if (problem === undefined) this.#input.logger.info({ subject }, words.again);
    else this.#input.logger.error({ subject, ...problem }, words.problem);
  }

  /** Names of agents whose file is wrong. */
  invalid(): readonly AgentName[] {
    return this.#all()
      .filter((supervisor) => supervisor.status()?.config.valid === false)
      .map((supervisor) => supervisor.name);
  }

  endpoints(): Endpoints {
    const { registry, clock, environment } = this.#input;
    return {
      metrics: async () => {
        for (const supervisor of this.#all()) supervisor.refreshMetrics();
        return (
          (await registry.metrics()) +
          this.#all()
            .map((supervisor) => supervisor.renderMetrics())
            .join('')
        );
      },
      status: () =>
        ({
          version: 1,
          member: environment.member,
          howdah: howdahVersion,
          startedAt: this.#startedAt.toISOString(),
          now: clock.now().toISOString(),
          agents: Object.fromEntries(this.#all().map((supervisor) => [supervisor.name, supervisor.status()])),
          // Each agent's detail is described by its own schema in shared/status; tests parse it there.
        }) as Status,
      stalled: () =>
        this.#all()
          .filter((supervisor) => supervisor.stalled())
          .map((supervisor) => supervisor.name),
      readiness: () => this.#readiness(),
    };
  }

  #readiness(): ReturnType<Endpoints['readiness']> {
    const entries = this.#all().flatMap((supervisor) => {
      const readiness = supervisor.readiness();
      return readiness === undefined ? [] : [[supervisor.name, readiness] as const];
    });
    if (entries.length > 0) return Object.fromEntries(entries);
    const { config } = this.#input.environment.directories;
    return {
      none: {
        ready: false,
        waitingFor: `a configuration file in ${config} (HOWDAH_CONFIG_DIR), e.g. exporter.yaml`,
      },
    };
  }

  #all(): readonly Supervisor[] {
    return [...this.#supervisors.values()];
  }
}

const wrongWords = { problem: 'configuration is wrong', again: 'configuration is correct again' };
const notKeptWords = {
  problem: 'configuration is in force, and cannot be kept for a later start',
  again: 'configuration is kept again',
};

const runsOn = (state: 'off' | 'valid' | 'misconfigured'): string =>
  state === 'valid' ? 'the last good configuration' : 'nothing: it waits for a correct file';
