import { backoffMs } from '@howdah/core/backoff';
import type { Clock } from '@howdah/core/clock';
import { describeError, HowdahError } from '@howdah/core/errors';
import { type Agent, lastWorkMs, type Progress, type Readiness, workSignal } from '@howdah/runtime/agent';
import type { Logger } from '@howdah/runtime/logger';
import type { LogshipStatus } from '@howdah/status/logship';
import type { Delivery } from './delivery.ts';
import { Follower } from './follow.ts';
import type { LogDirectory } from './look.ts';
import type { Metrics } from './metrics.ts';
import { identityOf, type NextWait } from './model.ts';
import { roomProblem } from './room.ts';
import { statusOf } from './tell.ts';

/** Between two questions for the room: while a backlog is read, cycles follow each other without a pause. */
const roomIntervalMs = 5_000;

export interface LogshipInput {
  readonly logDirectory: string;
  readonly directory: LogDirectory;
  /** Of the volume that the log directory is on. */
  readonly availableBytes: () => Promise<number>;
  readonly delivery: Delivery;
  readonly member: string;
  readonly maxRecordBytes: number;
  readonly pollMs: number;
  readonly checkpointIntervalMs: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly random?: () => number;
}

const retryRule = { initialMs: 500, maxMs: 30_000 };
/** The last checkpoint of a stopping agent: a disk that hangs must not hold up the process. */
const lastCheckpointMs = 5_000;

/** Drives the cycles: look, follow, acknowledge. */
export class Logship implements Agent {
  readonly #input: LogshipInput;
  readonly #follower: Follower;
  #opened = false;
  #lookedAt = false;
  #failures = 0;
  #waitingFor: string | undefined;
  /** Why PostgreSQL cannot write its log; following it goes on all the same. */
  #noRoom: string | undefined;
  #roomAskedAtMs = Number.NEGATIVE_INFINITY;
  #lastRecordAt: Date | undefined;

  constructor(input: LogshipInput) {
    this.#input = input;
    const { delivery, member, maxRecordBytes, logger, metrics, clock } = input;
    this.#follower = new Follower({
      delivery,
      member,
      maxRecordBytes,
      logger,
      lost: (bytes) => metrics.lostBytes.inc(bytes),
      delivered: async (signal) => {
        this.#lastRecordAt = clock.now();
        const sinceMs = clock.monotonicMs() - delivery.acknowledgedAtMs;
        if (sinceMs >= input.checkpointIntervalMs) await delivery.acknowledge(signal);
      },
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    // A batch that is cut short cannot be followed by another, so at a shutdown the cycle under way ends itself.
    const work = workSignal(signal);
    try {
      await this.#follow(signal, work);
      if (lastWorkMs(signal) !== undefined) await this.#takeTheLast(work);
    } finally {
      await this.#end();
    }
  }

  async #follow(signal: AbortSignal, work: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const waitMs = await this.cycle(work);
        await this.#input.clock.sleep(waitMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** What PostgreSQL wrote until now; a sink that does not take it gets it at the next start. */
  async #takeTheLast(work: AbortSignal): Promise<void> {
    try {
      do work.throwIfAborted();
      while ((await this.cycle(work)) === 0 && this.#waitingFor === undefined);
    } catch (error) {
      if (!work.aborted) throw error;
      this.#input.logger.warn(
        'stopped before the last records were delivered: they go out at the next start',
      );
    }
  }

  /** One look at the directory, and delivery of all that is new. */
  async cycle(signal: AbortSignal): Promise<NextWait> {
    const { delivery, directory, clock, pollMs } = this.#input;
    try {
      if (!this.#opened) await delivery.open(signal);
      this.#opened = true;
      const free = await delivery.retry(signal);
      const files = await directory.look(clock.monotonicMs());
      this.#follower.see(files);
      if (!free) return this.#wait(this.#sinkTrouble());
      const outcome = await this.#follower.follow(files, clock.now().getTime(), signal);
      this.#lookedAt = true;
      if (outcome === 'held') return this.#wait(this.#sinkTrouble());
      await delivery.acknowledge(signal);
      await this.#lookForRoom();
      const { unreadable } = this.#follower;
      if (unreadable !== undefined) return this.#wait(describeError(unreadable), unreadable);
      this.#well();
      return outcome === 'more' ? 0 : pollMs;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HowdahError) || error.kind.retry === 'never') throw error;
      return this.#wait(describeError(error), error);
    } finally {
      this.#measure();
    }
  }

  status(): LogshipStatus | undefined {
    const { delivery, logDirectory } = this.#input;
    if (!this.#opened) return undefined;
    return statusOf({
      logDirectory,
      counts: delivery.durable,
      files: this.#follower.files.map((file) => ({
        file,
        offsetBytes: delivery.durableOffset(identityOf(file)),
      })),
      backlogBytes: this.#follower.backlogBytes,
      lastRecordAt: this.#lastRecordAt,
      entries: delivery.entries,
    });
  }

  readiness(): Readiness {
    if (this.#waitingFor !== undefined) return { ready: false, waitingFor: this.#waitingFor };
    if (this.#noRoom !== undefined) return { ready: false, waitingFor: this.#noRoom };
    return this.#lookedAt
      ? { ready: true }
      : { ready: false, waitingFor: `the first look into ${this.#input.logDirectory}` };
  }

  /** One line when the log volume is full, one when it is not any more. */
  async #lookForRoom(): Promise<void> {
    const { availableBytes, logDirectory, metrics, logger, clock } = this.#input;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#roomAskedAtMs < roomIntervalMs) return;
    this.#roomAskedAtMs = nowMs;
    const bytes = await availableBytes();
    metrics.volumeAvailable.set(bytes);
    const problem = roomProblem(logDirectory, bytes);
    if (problem !== undefined && this.#noRoom === undefined)
      logger.error({ waitingFor: problem }, 'log volume is full');
    if (problem === undefined && this.#noRoom !== undefined) logger.info('log volume has room again');
    this.#noRoom = problem;
  }

  #well(): void {
    if (this.#waitingFor !== undefined) this.#input.logger.info('log is followed again');
    this.#waitingFor = undefined;
    this.#failures = 0;
    // A quiet log that was read to its end is what the agent is there for, too.
    this.#input.progress.made();
  }

  #wait(waitingFor: string, error?: HowdahError): NextWait {
    const { logger, random = Math.random } = this.#input;
    if (this.#waitingFor === undefined) {
      const known = error === undefined ? {} : { code: error.code, remedy: error.kind.remedy };
      logger.warn({ waitingFor, ...known }, 'log cannot be delivered now');
    }
    this.#waitingFor = waitingFor;
    this.#failures += 1;
    return backoffMs(retryRule, this.#failures, random());
  }

  #sinkTrouble(): string {
    const failing = this.#input.delivery.entries.filter(({ failures }) => failures > 0);
    return failing.map(({ sink, error }) => `sink ${sink.id}: ${error}`).join('; ');
  }

  #measure(): void {
    const { metrics } = this.#input;
    if (!this.#lookedAt) return;
    metrics.backlog.set(this.#follower.backlogBytes);
    metrics.files.set(this.#follower.files.length);
  }

  /** What is delivered becomes durable, so that an orderly stop repeats nothing. */
  async #end(): Promise<void> {
    const { delivery, logger } = this.#input;
    try {
      if (this.#opened) await delivery.acknowledge(AbortSignal.timeout(lastCheckpointMs));
    } catch (error) {
      logger.warn({ error: describeError(error) }, 'no last checkpoint');
    } finally {
      await delivery.close();
    }
  }
}
