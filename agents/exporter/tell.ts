import type { ExporterStatus } from '@howdah/status/exporter';
import { shortVersion } from './collectors/static.ts';
import type { LastCycle } from './meta.ts';
import type { ServerFacts } from './model.ts';
import type { CollectorState } from './sample.ts';

export interface Known {
  readonly cycle: LastCycle | undefined;
  readonly facts: ServerFacts | undefined;
  /** When the last cycle that reached the server ended. */
  readonly sampledAt: Date | undefined;
  readonly states: readonly CollectorState[];
  readonly connections: number;
}

/** The exporter's part of `/status`. What the server said of itself is told only while it answers. */
export const exporterStatusOf = ({
  cycle,
  facts,
  sampledAt,
  states,
  connections,
}: Known): ExporterStatus => ({
  version: 1,
  ...(cycle === undefined ? {} : { up: cycle.up, lastSampleSeconds: cycle.durationMs / 1_000 }),
  ...(facts === undefined || cycle?.up !== true
    ? {}
    : {
        serverVersion: shortVersion(facts.versionNum),
        inRecovery: facts.inRecovery,
        ...(facts.inRecovery && facts.lagSeconds !== undefined
          ? { replicationLagSeconds: facts.lagSeconds }
          : {}),
      }),
  ...(sampledAt === undefined ? {} : { lastSampleAt: sampledAt.toISOString() }),
  series: states.reduce((sum, { held }) => sum + (held?.series ?? 0), 0),
  connections,
  collectors: states.map(({ id, durationMs, held, error }) => ({
    id,
    ok: held !== undefined,
    durationSeconds: durationMs / 1_000,
    ...(held === undefined ? {} : { sampledAt: held.sampledAt.toISOString() }),
    ...(held === undefined || held.dropped === 0 ? {} : { seriesDropped: held.dropped }),
    ...(error === undefined ? {} : { error }),
  })),
});
