import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export const createMetrics = (registry: Registry) => {
  const registers = [registry];
  return {
    leader: new Gauge({
      name: 'howdah_operator_leader',
      help: '1 on the operator that writes, 0 on one that stands by.',
      registers,
    }),
    clusters: new Gauge({
      name: 'howdah_operator_clusters',
      help: 'PostgresClusters that are looked after.',
      registers,
    }),
    looks: new Counter({
      name: 'howdah_operator_reconciles_total',
      help: 'Looks at one cluster, with what they led to.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    duration: new Histogram({
      name: 'howdah_operator_reconcile_duration_seconds',
      help: 'How long one look at one cluster takes, with all that follows from it.',
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60],
      registers,
    }),
    writes: new Counter({
      name: 'howdah_operator_writes_total',
      help: 'Writes that the API server took, but for the lease: none while nothing changes.',
      labelNames: ['kind', 'verb'] as const,
      registers,
    }),
    watchFailures: new Counter({
      name: 'howdah_operator_watch_failures_total',
      help: 'Watches that broke off and were begun anew.',
      labelNames: ['kind'] as const,
      registers,
    }),
    lastProgress: new Gauge({
      name: 'howdah_operator_last_progress_timestamp_seconds',
      help: 'When a look at a cluster last ended well.',
      registers,
    }),
  };
};
export type OperatorMetrics = ReturnType<typeof createMetrics>;
