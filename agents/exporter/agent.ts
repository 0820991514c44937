import { patroniAddress } from '@howdah/patroni/address';
import { addressOf } from '@howdah/postgres/config';
import { openSession } from '@howdah/postgres/connect';
import type { AgentDefinition, AgentInput } from '@howdah/runtime/agent';
import { readSecret } from '@howdah/runtime/secrets';
import { budgetSecondsOf, type Config, chosenCollectors, schema } from './config.ts';
import { createConnection } from './connect.ts';
import { Exporter } from './exporter.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createPatroniSource } from './patroni-source.ts';

const create = ({ config, metrics, logger, clock, progress }: AgentInput<Config, Metrics>): Exporter => {
  const { passwordFile, ...server } = config.postgres;
  const connection = createConnection(async (signal) => {
    const session = await openSession(
      {
        ...server,
        ...(passwordFile === undefined ? {} : { readPassword: () => readSecret(passwordFile) }),
        applicationName: 'howdah_exporter',
        connectTimeoutMs: config.connectTimeoutSeconds * 1_000,
        statementTimeoutMs: config.statementTimeoutSeconds * 1_000,
        lockTimeoutMs: config.lockTimeoutSeconds * 1_000,
      },
      signal,
    );
    metrics.sessionsOpened.inc();
    return session;
  });
  return new Exporter({
    connection,
    collectors: chosenCollectors(config),
    ...(config.patroni === undefined ? {} : { patroni: createPatroniSource(patroniAddress(config.patroni)) }),
    address: addressOf(server),
    intervalMs: config.intervalSeconds * 1_000,
    budgetMs: budgetSecondsOf(config) * 1_000,
    maxSeries: config.maxSeriesPerCollector,
    metrics,
    logger,
    clock,
    progress,
  });
};

/** Metrics of one PostgreSQL server under postgres_exporter's names, read in the background. */
export const agent: AgentDefinition<Config, Metrics> = { name: 'exporter', schema, createMetrics, create };
