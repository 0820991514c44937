import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** How an attempt to apply a new version ended. */
export const applyOutcomes = ['applied', 'refused', 'rolled_back', 'failed'] as const;
export type ApplyOutcome = (typeof applyOutcomes)[number];

export const createMetrics = (registry: Registry) => {
  const registers = [registry];
  const applies = new Counter({
    name: 'howdah_config_reload_applies_total',
    help: 'New versions of the mounted files by outcome: applied and confirmed, refused before the reload, rolled back after it, failed because server or Patroni were away.',
    labelNames: ['outcome'] as const,
    registers,
  });
  for (const outcome of applyOutcomes) applies.inc({ outcome }, 0);
  return {
    applies,
    // Registered without a value: what is not known yet is absent, never 0.
    inForce: lazyGauge(
      registry,
      'howdah_config_reload_in_force',
      '1 when the newest mounted files are applied and confirmed (a pending restart counts as applied), 0 when they are not.',
    ),
    lastApplied: lazyGauge(
      registry,
      'howdah_config_reload_last_applied_timestamp_seconds',
      'When a version of the mounted files was last applied and confirmed.',
    ),
    problems: lazyGauge(
      registry,
      'howdah_config_reload_problems',
      'Problems of the newest mounted files, for which they are refused.',
    ),
    pendingRestart: lazyGauge(
      registry,
      'howdah_config_reload_pending_restart_settings',
      'Settings whose new value PostgreSQL takes only at its next start.',
    ),
    drift: lazyGauge(
      registry,
      'howdah_config_reload_drift_settings',
      'Settings that run with another value than the mounted files say.',
    ),
    certificateInForce: lazyGauge(
      registry,
      'howdah_config_reload_certificate_in_force',
      '1 when PostgreSQL and Patroni’s REST API serve the certificate that is mounted, 0 when one of them does not.',
    ),
    certificateExpiry: lazyGauge(
      registry,
      'howdah_config_reload_certificate_expiry_timestamp_seconds',
      'When the certificate that is served ends; of two different ones the first to end.',
    ),
    propagation: new Histogram({
      name: 'howdah_config_reload_propagation_seconds',
      help: 'From the moment a new version was seen in the mount until it was confirmed in a session opened after the reload.',
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
      registers,
    }),
  };
};
export type ConfigReloadMetrics = ReturnType<typeof createMetrics>;

/** A gauge that appears in `/metrics` with its first value. */
const lazyGauge = (registry: Registry, name: string, help: string) => {
  const gauge = new Gauge({ name, help, registers: [registry] });
  gauge.remove();
  return gauge;
};
