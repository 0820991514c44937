import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '@howdah/runtime/logger';
import type { StateFile } from '@howdah/runtime/state-file';
import { type FakeClock, fakeClock } from '@howdah/testing/fake-clock';
import { Registry } from 'prom-client';
import type { Checkpoint } from '../checkpoint.ts';
import { Delivery } from '../delivery.ts';
import { FileSink } from '../file-sink.ts';
import { Logship } from '../logship.ts';
import { LogDirectory } from '../look.ts';
import { createMetrics } from '../metrics.ts';
import { availableBytesOf } from '../room.ts';
import type { Sink } from '../sink.ts';

/** One agent on real files, cycle by cycle, with time that stands still. */
export interface Rig {
  readonly logDirectory: string;
  readonly stateDir: string;
  readonly clock: FakeClock;
  readonly logship: Logship;
  /** Time passes so that every file is asked again, then one cycle. */
  cycle(): Promise<number>;
  /** Cycles until nothing is left to read. */
  drain(): Promise<void>;
  /** One series of the metrics as a scrape sees it; undefined when it is not there. */
  metric(series: string): Promise<number | undefined>;
  /** Ends as a process ends that was asked to. */
  stop(): Promise<void>;
}

export interface RigOptions {
  readonly sinks?: readonly Sink[];
  readonly maxFileSeries?: number;
  readonly maxRecordBytes?: number;
  readonly checkpoint?: StateFile<Checkpoint>;
  readonly clock?: FakeClock;
  /** Default: what the log's volume has. */
  readonly availableBytes?: () => Promise<number>;
}

export const recordsFile = (root: string): string => join(root, 'records.jsonl');

export const fileSink = (root: string, maxBytes = 2 ** 40, keep = 1): FileSink =>
  new FileSink({ id: 'records', path: recordsFile(root), maxBytes, keep });

/** What stands in the file sink's file. */
export const shippedRecords = async (root: string): Promise<readonly Record<string, unknown>[]> =>
  (await readFile(recordsFile(root), 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** An agent over `<root>/log` and `<root>/state`; another one over the same root is the next process. */
export const startRig = async (root: string, options: RigOptions = {}): Promise<Rig> => {
  const logDirectory = join(root, 'log');
  const stateDir = join(root, 'state');
  await mkdir(stateDir, { recursive: true });
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const logger = createLogger('logship', { level: 'silent' });
  const clock = options.clock ?? fakeClock(new Date().toISOString());
  const signal = new AbortController();
  const logship = new Logship({
    logDirectory,
    directory: new LogDirectory(logDirectory),
    availableBytes: options.availableBytes ?? (() => availableBytesOf(logDirectory)),
    delivery: new Delivery({
      sinks: options.sinks ?? [fileSink(root)],
      stateDir,
      maxFileSeries: options.maxFileSeries ?? 64,
      metrics,
      logger,
      clock,
      ...(options.checkpoint === undefined ? {} : { checkpoint: options.checkpoint }),
    }),
    member: 'pg-0',
    maxRecordBytes: options.maxRecordBytes ?? 1024 * 1024,
    pollMs: 1_000,
    checkpointIntervalMs: 1_000,
    metrics,
    logger,
    clock,
    progress: { made: () => undefined },
    random: () => 0,
  });
  const cycle = async () => {
    await clock.advance(20_000);
    return logship.cycle(signal.signal);
  };
  return {
    logDirectory,
    stateDir,
    clock,
    logship,
    cycle,
    drain: async () => {
      while ((await cycle()) === 0);
    },
    metric: async (series) => {
      const line = (await registry.metrics()).split('\n').find((one) => one.startsWith(`${series} `));
      return line === undefined ? undefined : Number(line.slice(series.length + 1));
    },
    stop: async () => {
      const running = logship.run(AbortSignal.any([signal.signal]));
      signal.abort();
      await running;
    },
  };
};
