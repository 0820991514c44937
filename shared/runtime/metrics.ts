/// <reference path="./prom-client-metrics.d.ts" />
import type { AgentName } from '@howdah/status/common';
import { Counter, Gauge, Registry } from 'prom-client';
import heapSize from 'prom-client/lib/metrics/heapSizeAndUsed.js';
import residentMemory from 'prom-client/lib/metrics/osMemoryHeap.js';
import cpuTotal from 'prom-client/lib/metrics/processCpuTotal.js';
import openFileDescriptors from 'prom-client/lib/metrics/processOpenFileDescriptors.js';
import startTime from 'prom-client/lib/metrics/processStartTime.js';

/** What the process says of every agent it carries, whatever the agent does. */
export interface RuntimeMetrics {
  readonly up: Gauge<'agent'>;
  readonly ready: Gauge<'agent'>;
  readonly configValid: Gauge<'agent'>;
  readonly restarts: Counter<'agent'>;
  readonly lastProgress: Gauge<'agent'>;
}

/**
 * A registry with what any process says of itself. Not all of prom-client's defaults: their event-loop monitor
 * wakes an idle process a hundred times a second (0.6 % of a core), and coarser it tells nonsense.
 */
export const createRegistry = (): Registry => {
  const registry = new Registry();
  for (const register of [cpuTotal, residentMemory, heapSize, openFileDescriptors, startTime])
    register(registry);
  return registry;
};

export const createRuntimeMetrics = (registry: Registry): RuntimeMetrics => {
  const registers = [registry];
  const labelNames = ['agent'] as const;
  return {
    up: new Gauge({
      name: 'howdah_agent_up',
      help: '1 while the agent runs, 0 while it restarts or waits for a correct configuration; absent when it is not configured.',
      labelNames,
      registers,
    }),
    ready: new Gauge({
      name: 'howdah_agent_ready',
      help: '1 when the agent can do its work, 0 when it waits for something; /readyz says for what.',
      labelNames,
      registers,
    }),
    configValid: new Gauge({
      name: 'howdah_config_valid',
      help: '1 when the agent’s newest configuration file is correct; at 0 it runs on its last good one, or waits.',
      labelNames,
      registers,
    }),
    restarts: new Counter({
      name: 'howdah_agent_restarts_total',
      help: 'Restarts of the agent inside the process after a failure.',
      labelNames,
      registers,
    }),
    lastProgress: new Gauge({
      name: 'howdah_agent_last_progress_timestamp_seconds',
      help: 'When the agent last did what it is there for; absent before the first time.',
      labelNames,
      registers,
    }),
  };
};

/** Series of an agent that is configured; removed when its file goes away. */
export const forgetAgent = (metrics: RuntimeMetrics, agent: AgentName): void => {
  for (const metric of [
    metrics.up,
    metrics.ready,
    metrics.configValid,
    metrics.restarts,
    metrics.lastProgress,
  ])
    metric.remove({ agent });
};
