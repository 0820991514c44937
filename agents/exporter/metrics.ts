import { Counter, Gauge, type Registry } from 'prom-client';
import { collectorIds } from './config.ts';
import { patroniId } from './pass-on.ts';

/** What the exporter counts of itself; what it read from PostgreSQL is rendered by {@link ./render.ts}. */
export interface Metrics {
  readonly cycles: Counter;
  readonly sessionsOpened: Counter;
  readonly connections: Gauge;
  readonly collectorFailures: Counter<'collector'>;
  readonly collectorSkips: Counter<'collector'>;
  readonly seriesDropped: Counter<'collector'>;
  /** Series at zero for the custom queries of the configuration in force, none for those that are gone. */
  declareCustomQueries(ids: readonly string[]): void;
}

export const createMetrics = (registry: Registry): Metrics => {
  const registers = [registry];
  const counters: Counter<'collector'>[] = [];
  const perCollector = (name: string, help: string): Counter<'collector'> => {
    const counter = new Counter({ name, help, labelNames: ['collector'] as const, registers });
    for (const collector of [...collectorIds, patroniId]) counter.inc({ collector }, 0);
    counters.push(counter);
    return counter;
  };
  let custom: readonly string[] = [];
  return {
    declareCustomQueries: (ids) => {
      for (const counter of counters) {
        for (const collector of custom) if (!ids.includes(collector)) counter.remove({ collector });
        for (const collector of ids) counter.inc({ collector }, 0);
      }
      custom = ids;
    },
    cycles: new Counter({
      name: 'pg_exporter_scrapes_total',
      help: 'Cycles in which PostgreSQL was asked; scrapes themselves ask nothing.',
      registers,
    }),
    sessionsOpened: new Counter({
      name: 'howdah_exporter_sessions_opened_total',
      help: 'Sessions opened with PostgreSQL.',
      registers,
    }),
    connections: new Gauge({
      name: 'howdah_exporter_connections',
      help: 'Connections held with PostgreSQL now.',
      registers,
    }),
    collectorFailures: perCollector(
      'howdah_exporter_collector_failures_total',
      'Failed runs of a collector.',
    ),
    collectorSkips: perCollector(
      'howdah_exporter_collector_skips_total',
      'Runs put off because the budget of the cycle was used up.',
    ),
    seriesDropped: perCollector(
      'howdah_exporter_series_dropped_total',
      'Series not served because the collector had more than maxSeriesPerCollector, or a custom query more than maxRows rows (then counted as one row more), added up over its runs.',
    ),
  };
};
