import { patroniAddress } from '@howdah/patroni/address';
import { addressOf } from '@howdah/postgres/config';
import { openSession, type Session } from '@howdah/postgres/connect';
import type { AgentDefinition, AgentInput } from '@howdah/runtime/agent';
import { readSecret } from '@howdah/runtime/secrets';
import { budgetSecondsOf, type Config, chosenCollectors, customBudgetSecondsOf, schema } from './config.ts';
import { createConnection } from './connect.ts';
import { customCollectors, type Visit } from './custom-queries/read.ts';
import { Exporter } from './exporter.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createPatroniSource } from './patroni-source.ts';

const create = ({ config, metrics, logger, clock, progress }: AgentInput<Config, Metrics>): Exporter => {
  const { passwordFile, ...server } = config.postgres;
  const open = async (
    to: { readonly database: string; readonly connectTimeoutMs: number; readonly statementTimeoutMs: number },
    signal: AbortSignal,
  ): Promise<Session> => {
    const session = await openSession(
      {
        ...server,
        ...to,
        ...(passwordFile === undefined ? {} : { readPassword: () => readSecret(passwordFile) }),
        applicationName: 'howdah_exporter',
        lockTimeoutMs: config.lockTimeoutSeconds * 1_000,
      },
      signal,
    );
    metrics.sessionsOpened.inc();
    return session;
  };
  const connectTimeoutMs = config.connectTimeoutSeconds * 1_000;
  const statementTimeoutMs = config.statementTimeoutSeconds * 1_000;
  const connection = createConnection((signal) =>
    open({ database: server.database, connectTimeoutMs, statementTimeoutMs }, signal),
  );
  const visit: Visit = async (database, timeoutMs, signal, work) => {
    const limits = {
      connectTimeoutMs: Math.min(connectTimeoutMs, timeoutMs),
      statementTimeoutMs: Math.ceil(timeoutMs),
    };
    await using session = await open({ database, ...limits }, signal);
    return await work((statement) => session.query(statement, signal));
  };
  const customQueries = customCollectors(config.customQueries, {
    visit,
    statementTimeoutSeconds: config.statementTimeoutSeconds,
    cycleMs: config.intervalSeconds * 1_000,
    clock,
  });
  metrics.declareCustomQueries(customQueries.map(({ id }) => id));
  return new Exporter({
    connection,
    collectors: chosenCollectors(config),
    customQueries,
    ...(config.patroni === undefined ? {} : { patroni: createPatroniSource(patroniAddress(config.patroni)) }),
    address: addressOf(server),
    intervalMs: config.intervalSeconds * 1_000,
    budgetMs: budgetSecondsOf(config) * 1_000,
    customBudgetMs: customBudgetSecondsOf(config) * 1_000,
    maxSeries: config.maxSeriesPerCollector,
    metrics,
    logger,
    clock,
    progress,
  });
};

/** Metrics of one PostgreSQL server under postgres_exporter's names, read in the background. */
export const agent: AgentDefinition<Config, Metrics> = { name: 'exporter', schema, createMetrics, create };
