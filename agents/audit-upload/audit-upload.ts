import { randomBytes } from 'node:crypto';
import type { BackoffRule } from '@howdah/core/backoff';
import type { Clock } from '@howdah/core/clock';
import type { StoreKind } from '@howdah/objectstore/store';
import { type Agent, lastWorkMs, type Progress, type Readiness, workSignal } from '@howdah/runtime/agent';
import type { Logger } from '@howdah/runtime/logger';
import type { AuditUploadStatus } from '@howdah/status/audit-upload';
import { Collector } from './collector.ts';
import { Courier } from './courier.ts';
import { measure } from './measure.ts';
import type { Metrics } from './metrics.ts';
import { chainName } from './name.ts';
import { recover } from './recover.ts';
import type { Recovered } from './recovered.ts';
import type { SealRule } from './seal.ts';
import type { Stages } from './stages.ts';
import { statusOf } from './tell.ts';
import { Trouble } from './trouble.ts';
import { drive, Wake } from './wake.ts';

export interface AuditUploadInput {
  readonly stages: Stages;
  readonly stateDir: string;
  readonly member: string;
  readonly prefix: string;
  readonly sealRule: SealRule;
  readonly maxBacklogBytes: number;
  readonly pollMs: number;
  readonly store: { readonly kind: StoreKind; readonly location: string };
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly random?: () => number;
}

/** A log directory that PostgreSQL has yet to make is there within seconds; a store may be away for hours. */
const collectingBackoff: BackoffRule = { initialMs: 1_000, maxMs: 10_000 };
const deliveringBackoff: BackoffRule = { initialMs: 1_000, maxMs: 60_000 };

/** Two loops that meet at the backlog: the collector works whatever the store does. */
export class AuditUpload implements Agent {
  readonly #input: AuditUploadInput;
  readonly #collecting: Trouble;
  readonly #delivering: Trouble;
  #recovered: Recovered | undefined;
  #collector: Collector | undefined;
  /** Whether the store did what it was asked the last time; undefined before it was asked. */
  #reachable: boolean | undefined;

  constructor(input: AuditUploadInput) {
    this.#input = input;
    const random = input.random ?? Math.random;
    this.#collecting = new Trouble(input.logger, 'collecting audit records', collectingBackoff, random);
    this.#delivering = new Trouble(input.logger, 'delivering to the store', deliveringBackoff, random);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#input;
    const { collector, courier, sealed } = await this.open();
    const either = new AbortController();
    // A loop that fails ends the other at once; at a shutdown an upload under way goes on.
    const work = AbortSignal.any([workSignal(signal), either.signal]);
    const both = { signal: AbortSignal.any([signal, either.signal]), work };
    const endBoth = (error: unknown): never => {
      either.abort();
      throw error;
    };
    try {
      await Promise.all([
        drive((s) => collector.cycle(s), new Wake(), clock, both).catch(endBoth),
        drive((s) => courier.cycle(s), sealed, clock, both).catch(endBoth),
      ]);
      if (lastWorkMs(signal) !== undefined) await this.#takeTheLast(collector, courier, work);
      await collector.stop();
    } finally {
      await this.#input.stages.close();
    }
  }

  /** The last records are sealed, however few, and uploaded; what the store does not take goes out at the next start. */
  async #takeTheLast(collector: Collector, courier: Courier, work: AbortSignal): Promise<void> {
    try {
      await collector.finish(work);
      await courier.finish(work);
    } catch (error) {
      if (!work.aborted) throw error;
    }
    const { backlog } = this.#recovered ?? {};
    if (backlog !== undefined && backlog.segments > 0)
      this.#input.logger.warn(
        { segments: backlog.segments, records: backlog.records },
        'stopped before all segments were in the store: they go out at the next start',
      );
  }

  /** Puts the state directory in order and makes the loops; `run` drives them, tests call their cycles. */
  async open(): Promise<{ readonly collector: Collector; readonly courier: Courier; readonly sealed: Wake }> {
    const {
      stages,
      stateDir,
      member,
      prefix,
      sealRule,
      maxBacklogBytes,
      pollMs,
      metrics,
      logger,
      clock,
      store,
    } = this.#input;
    const recovered = await recover({
      stateDir,
      prefix,
      newChain: () => chainName(member, clock.now(), randomBytes(3).toString('hex')),
      destination: `${store.kind} ${store.location} ${prefix}`,
    });
    const { checkpoint, directory, ledger, backlog, otherChains } = recovered;
    logger.info(
      { chain: checkpoint.chain, head: ledger.head?.sequence ?? 0, backlogSegments: backlog.segments },
      'audit chain',
    );
    if (otherChains.length > 0)
      logger.warn({ otherChains }, 'the state directory holds chains that the checkpoint does not know');
    const sealed = new Wake();
    const collector = new Collector({
      ...{ stages, checkpoint, directory, backlog, sealRule, maxBacklogBytes, pollMs, prefix, member, clock },
      trouble: this.#collecting,
      onSealed: () => sealed.notify(),
      onCycle: () => this.#afterCycle(),
    });
    const courier = new Courier({
      ...{ stages, directory, ledger, backlog, prefix, clock },
      trouble: this.#delivering,
      onUpload: (outcome) => {
        this.#reachable = outcome !== 'failed';
        metrics.uploads.inc({ outcome });
      },
      onProof: (outcome) => metrics.proofs.inc({ outcome }),
      onProven: (entry) => {
        logger.info(
          { sequence: entry.sequence, key: entry.segment.key, records: entry.records },
          'segment proven to be in the store',
        );
        this.#input.progress.made();
        this.#measure();
      },
    });
    this.#recovered = recovered;
    this.#collector = collector;
    this.#measure();
    return { collector, courier, sealed };
  }

  /** Progress is a look at the log while nothing waits in vain: with the store away there is none. */
  #afterCycle(): void {
    this.#measure();
    if (this.#delivering.message === undefined) this.#input.progress.made();
  }

  #measure(): void {
    const { metrics, clock } = this.#input;
    if (this.#recovered === undefined || this.#collector === undefined) return;
    const { ledger, backlog } = this.#recovered;
    const { checkpoint, paused } = this.#collector;
    const now = clock.now();
    measure(metrics, { checkpoint, head: ledger.head, backlog, paused: paused !== undefined, now });
  }

  status(): AuditUploadStatus | undefined {
    if (this.#recovered === undefined || this.#collector === undefined) return undefined;
    return statusOf({
      checkpoint: this.#collector.checkpoint,
      head: this.#recovered.ledger.head,
      backlog: this.#recovered.backlog,
      store: this.#input.store,
      reachable: this.#reachable,
      error: this.#delivering.message,
    });
  }

  readiness(): Readiness {
    const waitingFor =
      this.#collecting.message ??
      this.#collector?.paused ??
      this.#delivering.message ??
      (this.#collector === undefined ? 'its state directory' : undefined);
    return waitingFor === undefined ? { ready: true } : { ready: false, waitingFor };
  }
}
