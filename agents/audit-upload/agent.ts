import { describeStore } from '@howdah/objectstore/describe-store';
import { openStore } from '@howdah/objectstore/open-store';
import type { AgentDefinition, AgentInput } from '@howdah/runtime/agent';
import { readSecret } from '@howdah/runtime/secrets';
import { AuditUpload } from './audit-upload.ts';
import { boundsFor } from './collect.ts';
import { type Config, schema } from './config.ts';
import { type LogDirectory, logFiles } from './log-files.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createStages } from './stages.ts';

const create = ({
  config,
  metrics,
  logger,
  clock,
  progress,
  stateDir,
  member,
}: AgentInput<Config, Metrics>): AuditUpload =>
  new AuditUpload({
    stages: createStages({
      stateDir,
      prefix: config.prefix,
      files: logFiles(directoriesOf(config)),
      bounds: boundsFor(config.segment.maxBytes),
      openStore: () => openStore(config.store, readSecret),
    }),
    ...{ stateDir, member, metrics, logger, clock, progress },
    prefix: config.prefix,
    sealRule: { maxBytes: config.segment.maxBytes, maxAgeMs: config.segment.maxAgeSeconds * 1_000 },
    maxBacklogBytes: config.backlog.maxBytes,
    pollMs: config.pollSeconds * 1_000,
    store: describeStore(config.store),
  });

const directoriesOf = ({ logDirectory, auditDirectory }: Config): readonly LogDirectory[] => [
  { source: 'csvlog', path: logDirectory },
  ...(auditDirectory === undefined ? [] : [{ source: 'audit-file' as const, path: auditDirectory }]),
];

/** pgaudit's records, sealed into segments that are chained by hash, uploaded, and read back. */
export const agent: AgentDefinition<Config, Metrics> = {
  name: 'audit-upload',
  schema,
  createMetrics,
  create,
};
