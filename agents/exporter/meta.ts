import type { Family, Sample } from './model.ts';
import type { CollectorState } from './sample.ts';

const gauge = (name: string, help: string, labels: readonly string[] = []): Family => ({
  name,
  type: 'gauge',
  help,
  labels,
});

const up = gauge('pg_up', '1 if PostgreSQL answered in the last cycle; absent before the first.');
const lastError = gauge('pg_exporter_last_scrape_error', '1 if anything failed in the last cycle.');
const lastDuration = gauge('pg_exporter_last_scrape_duration_seconds', 'How long the last cycle took.');
const success = gauge('pg_scrape_collector_success', '1 if the collector’s last run succeeded.', [
  'collector',
]);
const duration = gauge('pg_scrape_collector_duration_seconds', 'How long the collector’s last run took.', [
  'collector',
]);
const age = gauge(
  'howdah_exporter_sample_age_seconds',
  'How long ago what is served of the collector was read.',
  ['collector'],
);
const series = gauge('howdah_exporter_series', 'Series served of the collector.', ['collector']);

/** How the last finished cycle went. */
export interface LastCycle {
  readonly endedAtMs: number;
  readonly durationMs: number;
  readonly up: boolean;
  readonly failed: boolean;
}

/** What the exporter says of itself at a scrape, from what the cycles left. */
export const metaSamples = (
  cycle: LastCycle | undefined,
  states: readonly CollectorState[],
  nowMs: number,
): readonly Sample[] => [
  ...(cycle === undefined
    ? []
    : [
        { family: up, labels: [], value: Number(cycle.up) },
        { family: lastError, labels: [], value: Number(cycle.failed) },
        { family: lastDuration, labels: [], value: cycle.durationMs / 1_000 },
      ]),
  ...states.flatMap(({ id, startedAtMs, durationMs, held }) => [
    { family: success, labels: [id], value: Number(held !== undefined) },
    { family: duration, labels: [id], value: durationMs / 1_000 },
    ...(held === undefined
      ? []
      : [
          { family: age, labels: [id], value: (nowMs - startedAtMs) / 1_000 },
          { family: series, labels: [id], value: held.series },
        ]),
  ]),
];
