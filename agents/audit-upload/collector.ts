import type { Clock } from '@howdah/core/clock';
import { formatBytes } from '@howdah/core/units';
import type { Backlog } from './backlog.ts';
import type { ChainDirectory } from './chain-directory.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Collected } from './collect.ts';
import type { LogPosition, NextWait } from './model.ts';
import { withLines } from './open-segment.ts';
import { isDue, type SealRule } from './seal.ts';
import { entryOf } from './sealed-manifest.ts';
import type { Stages } from './stages.ts';
import type { Trouble } from './trouble.ts';

export interface CollectorInput {
  readonly stages: Stages;
  readonly checkpoint: Checkpoint;
  readonly directory: ChainDirectory;
  readonly backlog: Backlog;
  readonly sealRule: SealRule;
  readonly maxBacklogBytes: number;
  readonly pollMs: number;
  readonly prefix: string;
  readonly member: string;
  readonly clock: Clock;
  readonly trouble: Trouble;
  /** A segment was sealed. */
  readonly onSealed: () => void;
  /** A cycle has done what there was to do. */
  readonly onCycle: () => void;
}

/** Log that holds no audit record is remembered as read so often; after a crash it is read again. */
const idleCommitMs = 30_000;

/** collect → seal: from the log into segments on the local disk, whatever the store does. */
export class Collector {
  readonly #input: CollectorInput;
  #checkpoint: Checkpoint;
  /** May be ahead of the checkpoint by log without audit records. */
  #positions: readonly LogPosition[];
  #committedAtMs: number;

  constructor(input: CollectorInput) {
    this.#input = input;
    this.#checkpoint = input.checkpoint;
    this.#positions = input.checkpoint.files;
    this.#committedAtMs = input.clock.monotonicMs();
  }

  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  /** Why nothing is taken from the log; undefined when it is. */
  get paused(): string | undefined {
    const { backlog, maxBacklogBytes } = this.#input;
    const waiting = backlog.bytes + this.#checkpoint.open.bytes;
    return waiting >= maxBacklogBytes && backlog.segments > 0
      ? `the store: ${formatBytes(waiting)} wait for it (backlog.maxBytes), so nothing more is taken from the log`
      : undefined;
  }

  async cycle(signal: AbortSignal): Promise<NextWait> {
    const { stages, pollMs, trouble, onCycle } = this.#input;
    try {
      const collected = this.paused === undefined ? await stages.collect(this.#positions, signal) : undefined;
      if (collected !== undefined) await this.#take(collected);
      await this.#sealWhenDue(signal);
      trouble.over();
      onCycle();
      return { waitMs: collected?.more === true ? 0 : pollMs };
    } catch (error) {
      stages.forget();
      if (signal.aborted) throw error;
      return { waitMs: trouble.failed(error) };
    }
  }

  /** Takes what the log holds by now and seals it, due or not. What cannot be read now is read at the next start. */
  async finish(signal: AbortSignal): Promise<void> {
    const { trouble } = this.#input;
    try {
      await this.#takeAll(signal);
    } catch (error) {
      if (signal.aborted) throw error;
      trouble.failed(error);
    }
    if (this.#checkpoint.open.records > 0) await this.#seal(signal);
  }

  async #takeAll(signal: AbortSignal): Promise<void> {
    while (this.paused === undefined) {
      signal.throwIfAborted();
      const collected = await this.#input.stages.collect(this.#positions, signal);
      if (collected !== undefined) await this.#take(collected);
      await this.#sealWhenDue(signal);
      if (collected?.more !== true) return;
    }
  }

  /** What was read without finding a record need not be read again after an orderly stop. */
  async stop(): Promise<void> {
    if (this.#positions !== this.#checkpoint.files)
      await this.#commit({ ...this.#checkpoint, files: [...this.#positions] });
  }

  async #take({ lines, positions }: Collected): Promise<void> {
    const { stages, directory, clock } = this.#input;
    const before = this.#checkpoint;
    if (lines.length > 0) {
      await stages.append(directory.openSegment(before.open.sequence), before.open.bytes, lines);
      await this.#commit({
        ...before,
        collected: before.collected + lines.length,
        raw: before.raw + lines.filter(({ raw }) => raw).length,
        open: withLines(before.open, lines, clock.now()),
        files: [...positions],
      });
    } else if (clock.monotonicMs() - this.#committedAtMs >= idleCommitMs) {
      await this.#commit({ ...before, files: [...positions] });
    } else {
      this.#positions = positions;
    }
  }

  async #sealWhenDue(signal: AbortSignal): Promise<void> {
    const { sealRule, clock } = this.#input;
    if (isDue(this.#checkpoint.open, sealRule, clock.now())) await this.#seal(signal);
  }

  async #seal(signal: AbortSignal): Promise<void> {
    const { stages, directory, backlog, prefix, member, clock, onSealed } = this.#input;
    const { open, previous, follows, chain } = this.#checkpoint;
    const now = clock.now();
    const sealed = await stages.seal(
      { directory, open, previous, follows, chain, prefix, member, now },
      signal,
    );
    await this.#commit({
      ...this.#checkpoint,
      files: [...this.#positions],
      open: { sequence: open.sequence + 1, bytes: 0, records: 0 },
      previous: sealed.link,
    });
    backlog.add(entryOf(sealed.manifest));
    onSealed();
    await stages.removeOpen(directory, open.sequence);
  }

  /** In memory only what is on disk. */
  async #commit(next: Checkpoint): Promise<void> {
    await this.#input.stages.commit(next);
    this.#checkpoint = next;
    this.#positions = next.files;
    this.#committedAtMs = this.#input.clock.monotonicMs();
  }
}
