import { setTimeout as delay } from 'node:timers/promises';
import { Gauge } from 'prom-client';
import * as z from 'zod';
import { runAgents } from '../main.ts';

/** A real process with one agent that idles; `wish` in its file tells it to misbehave. */
await runAgents({
  component: 'idle',
  defaultPort: 9187,
  sources: [
    {
      name: 'exporter',
      load: async () => {
        // As long as a module takes to load.
        await delay(20);
        return {
          name: 'exporter',
          schema: z.strictObject({ wish: z.enum(['idle', 'ignore-stop', 'reject-unheard']) }),
          createMetrics: (registry) =>
            new Gauge({ name: 'idle', help: 'Registered once or not at all.', registers: [registry] }),
          create: ({ config }) => {
            const { wish } = config as { wish: string };
            return {
              run: (signal) => {
                if (wish === 'reject-unheard') void Promise.reject(new Error('nobody listens'));
                return new Promise((resolve) => {
                  if (wish !== 'ignore-stop') signal.addEventListener('abort', () => resolve(), { once: true });
                });
              },
              status: () => undefined,
              readiness: () => ({ ready: true }),
            };
          },
        };
      },
    },
  ],
});
