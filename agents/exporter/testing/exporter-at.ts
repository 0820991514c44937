import type { Clock } from '@howdah/core/clock';
import type { Agent } from '@howdah/runtime/agent';
import { createLogger } from '@howdah/runtime/logger';
import { type FakeClock, fakeClock } from '@howdah/testing/fake-clock';
import { Registry } from 'prom-client';
import type * as z from 'zod';
import { agent } from '../agent.ts';
import { schema } from '../config.ts';
import type { Exporter } from '../exporter.ts';
import { type Exposition, parseExposition } from './exposition.ts';

export interface RunningExporter extends AsyncDisposable {
  readonly exporter: Exporter;
  readonly clock: FakeClock;
  /** One cycle; then the fake clock stands one second later. Gives the wait the exporter asked for, in ms. */
  cycle(): Promise<number>;
  /** What `/metrics` would serve, registry and all, parsed. */
  scrape(): Promise<Exposition>;
  /** How often progress was reported. */
  progress(): number;
}

/** The real agent on the real server, whose cycles a test turns by hand. */
export const exporterAt = (
  server: { readonly socketDir: string; readonly port: number },
  config: Partial<z.input<typeof schema>> = {},
): RunningExporter => {
  const clock = fakeClock();
  const registry = new Registry();
  let progress = 0;
  const exporter = agent.create({
    config: schema.parse({
      ...config,
      postgres: { host: server.socketDir, port: server.port, ...config.postgres },
    }),
    metrics: agent.createMetrics(registry),
    logger: createLogger('exporter', { level: 'silent' }),
    clock: clock satisfies Clock,
    progress: {
      made: () => {
        progress += 1;
      },
    },
    directories: { config: '', postgresSource: '', secrets: '', state: '', run: '' },
    stateDir: '',
    member: 'pg-0',
  }) as Agent as Exporter;
  const forever = new AbortController().signal;
  return {
    exporter,
    clock,
    cycle: async () => {
      const waitMs = await exporter.cycle(forever);
      await clock.advance(1_000);
      return waitMs;
    },
    scrape: async () => parseExposition((await registry.metrics()) + exporter.renderMetrics()),
    progress: () => progress,
    [Symbol.asyncDispose]: async () => {
      const stop = new AbortController();
      stop.abort(new Error('the test is over'));
      await exporter.run(stop.signal);
    },
  };
};
