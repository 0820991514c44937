import type { AgentDefinition, AgentInput } from '@howdah/runtime/agent';
import { type Config, schema } from './config.ts';
import { Delivery } from './delivery.ts';
import { FileSink } from './file-sink.ts';
import { Logship } from './logship.ts';
import { LogDirectory } from './look.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { availableBytesOf } from './room.ts';
import type { Sink } from './sink.ts';
import { StdoutSink } from './stdout-sink.ts';

const sinkOf = ({ id, file }: Config['sinks'][number]): Sink =>
  file === undefined ? new StdoutSink(id) : new FileSink({ id, ...file });

const create = (input: AgentInput<Config, Metrics>): Logship => {
  const { config, metrics, logger, clock, progress, stateDir, member } = input;
  return new Logship({
    logDirectory: config.logDirectory,
    directory: new LogDirectory(config.logDirectory),
    availableBytes: () => availableBytesOf(config.logDirectory),
    delivery: new Delivery({
      sinks: config.sinks.map(sinkOf),
      stateDir,
      maxFileSeries: config.maxFileSeries,
      metrics,
      logger,
      clock,
    }),
    member,
    maxRecordBytes: config.maxRecordBytes,
    pollMs: config.pollSeconds * 1_000,
    checkpointIntervalMs: config.checkpointIntervalSeconds * 1_000,
    metrics,
    logger,
    clock,
    progress,
  });
};

/** Follows PostgreSQL's csvlog, counts each record by severity exactly once, and ships it. */
export const agent: AgentDefinition<Config, Metrics> = { name: 'logship', schema, createMetrics, create };
