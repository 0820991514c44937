import { join } from 'node:path';
import { systemClock } from '@howdah/core/clock';
import { createPatroniClient } from '@howdah/patroni/client';
import { createStatusClient } from '@howdah/status/client';
import type { FastifyInstance } from 'fastify';
import { answerOf } from './answer.ts';
import type { ConsoleConfig } from './config.ts';
import { createConsoleServer } from './server.ts';
import { SeverityHistory } from './severity-history.ts';
import { FleetWatch, type MemberSource } from './watch.ts';

/** Where `npm run build` puts the page. */
export const builtPage: string = join(import.meta.dirname, 'dist');

/** A question that waits longer than this counts as not answered. */
const deadlineMs = 3_000;

export interface Console {
  readonly server: FastifyInstance;
  /** Asks the members until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** The one place that knows which adapters the console stands on. */
export const createConsole = async (config: ConsoleConfig, pageDirectory = builtPage): Promise<Console> => {
  const { refreshSeconds, staleAfterSeconds } = config;
  const sources = config.members.map(({ name, agentUrl, patroniUrl }): MemberSource => {
    const agents = createStatusClient({ url: agentUrl, timeoutMs: deadlineMs });
    const patroni =
      patroniUrl === undefined ? undefined : createPatroniClient({ url: patroniUrl, deadlineMs });
    return {
      name,
      status: (signal) => agents.read(signal),
      ...(patroni === undefined ? {} : { cluster: (signal) => patroni.cluster(signal) }),
    };
  });
  const history = new SeverityHistory();
  const watch = new FleetWatch({
    sources,
    refreshSeconds,
    staleAfterSeconds,
    clock: systemClock,
    onCycle: (fleet) => history.record(fleet),
  });
  const server = await createConsoleServer({
    pageDirectory,
    answer: () => {
      const fleet = watch.fleet();
      return answerOf(fleet, history.recent(fleet), refreshSeconds);
    },
  });
  return { server, run: (signal) => watch.run(signal) };
};
