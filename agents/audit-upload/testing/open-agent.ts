import { systemClock } from '@howdah/core/clock';
import type { ObjectStore } from '@howdah/objectstore/store';
import { createLogger } from '@howdah/runtime/logger';
import { Registry } from 'prom-client';
import { AuditUpload } from '../audit-upload.ts';
import { boundsFor } from '../collect.ts';
import { logFiles } from '../log-files.ts';
import { createMetrics } from '../metrics.ts';
import { createStages, type Stages } from '../stages.ts';

export interface TestAgentOptions {
  readonly logDirectory: string;
  readonly auditDirectory?: string;
  readonly stateDir: string;
  readonly prefix: string;
  readonly openStore: () => Promise<ObjectStore>;
  readonly maxBytes?: number;
  readonly maxAgeMs?: number;
  readonly maxBacklogBytes?: number;
  readonly wrap?: (stages: Stages) => Stages;
  readonly level?: string;
}

/** The agent as `agent.ts` builds it, with small segments and stages that a test may wrap. */
export const openAgent = (options: TestAgentOptions) => {
  const registry = new Registry();
  const stages = createStages({
    stateDir: options.stateDir,
    prefix: options.prefix,
    files: logFiles([
      { source: 'csvlog', path: options.logDirectory },
      ...(options.auditDirectory === undefined
        ? []
        : [{ source: 'audit-file' as const, path: options.auditDirectory }]),
    ]),
    bounds: boundsFor(options.maxBytes ?? 8_000),
    openStore: options.openStore,
  });
  const agent = new AuditUpload({
    stages: options.wrap === undefined ? stages : options.wrap(stages),
    stateDir: options.stateDir,
    member: 'pg-0',
    prefix: options.prefix,
    sealRule: { maxBytes: options.maxBytes ?? 8_000, maxAgeMs: options.maxAgeMs ?? 200 },
    maxBacklogBytes: options.maxBacklogBytes ?? 1024 * 1024 * 1024,
    pollMs: 20,
    store: { kind: 'azure', location: 'a test' },
    metrics: createMetrics(registry),
    logger: createLogger('audit-upload', { level: options.level ?? 'silent' }),
    clock: systemClock,
    progress: { made: () => undefined },
    random: () => 0,
  });
  return { agent, registry, stages };
};
