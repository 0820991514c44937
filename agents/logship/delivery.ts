import type { Clock } from '@howdah/core/clock';
import type { Logger } from '@howdah/runtime/logger';
import type { StateFile } from '@howdah/runtime/state-file';
import { acknowledge, FlushFailed } from './ack.ts';
import { type Checkpoint, checkpointFile, restoreCheckpoint } from './checkpoint.ts';
import { addBatch, type Counts, noCounts } from './count.ts';
import type { Metrics } from './metrics.ts';
import { type Batch, type FilePosition, identityOf } from './model.ts';
import { type SinkEntry, ship } from './ship.ts';
import type { Sink } from './sink.ts';

export interface DeliveryInput {
  readonly sinks: readonly Sink[];
  readonly stateDir: string;
  readonly maxFileSeries: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Another place for the checkpoint, for tests. */
  readonly checkpoint?: StateFile<Checkpoint>;
}

/** Positions of files that are gone are kept this long a row: a volume that comes back is not read again. */
const rememberGone = 64;

/**
 * What has been delivered, up to the last batch and up to the last checkpoint. A batch that a sink did not
 * take is held, and nothing else goes out before it.
 */
export class Delivery {
  readonly #input: DeliveryInput;
  readonly #file: StateFile<Checkpoint>;
  readonly entries: readonly SinkEntry[];
  #positions = new Map<string, FilePosition>();
  #counts: Counts = noCounts;
  #durable: Counts = noCounts;
  #durablePositions: ReadonlyMap<string, FilePosition> = new Map();
  #held: { readonly batch: Batch; readonly todo: readonly SinkEntry[] } | undefined;
  #dirty = false;
  #uncertain = false;
  readonly #failing = new Set<string>();
  #acknowledgedAtMs = 0;

  constructor(input: DeliveryInput) {
    this.#input = input;
    this.#file = input.checkpoint ?? checkpointFile(input.stateDir);
    this.entries = input.sinks.map((sink) => ({
      sink,
      shipped: 0,
      lastShippedAt: undefined,
      failures: 0,
      error: undefined,
    }));
  }

  /** Takes up the last checkpoint, and the sinks at their marks. */
  async open(signal: AbortSignal): Promise<void> {
    const { stateDir, logger, metrics } = this.#input;
    const { checkpoint, damaged } = await restoreCheckpoint(stateDir);
    if (damaged !== undefined) {
      logger.error({ damaged }, 'the checkpoint is damaged and was set aside: everything is read again');
    }
    this.#positions = new Map(checkpoint.files.map((position) => [identityOf(position), position]));
    this.#counts = checkpoint.counts;
    for (const entry of this.entries) {
      const restored = checkpoint.sinks[entry.sink.id];
      await entry.sink.open(restored?.mark, signal);
      entry.shipped = restored?.shipped ?? 0;
      metrics.sinkUp.set({ sink: entry.sink.id }, 1);
      metrics.sinkFailures.inc({ sink: entry.sink.id }, 0);
    }
    // A first record may be written only where a checkpoint says how long the sink's file was before.
    this.#dirty = true;
    await this.acknowledge(signal);
  }

  get positions(): readonly FilePosition[] {
    return [...this.#positions.values()];
  }

  position(identity: string): FilePosition | undefined {
    return this.#positions.get(identity);
  }

  /** As in the last checkpoint, and as exported. */
  get durable(): Counts {
    return this.#durable;
  }

  /** Up to where the file belongs to the counts of {@link durable}. */
  durableOffset(identity: string): number {
    return this.#durablePositions.get(identity)?.offsetBytes ?? 0;
  }

  /** Whether a batch waits for a sink. */
  get held(): boolean {
    return this.#held !== undefined;
  }

  get acknowledgedAtMs(): number {
    return this.#acknowledgedAtMs;
  }

  /**
   * Replaces what is known of the files.
   *
   * @param present positions of the files that are there and were delivered in part
   * @param identities of all files that are there: what was known of an earlier one is void
   */
  reposition(present: readonly FilePosition[], identities: ReadonlySet<string>): void {
    const here = new Map(present.map((position) => [identityOf(position), position]));
    const fingerprints = new Set(present.map(({ fingerprint }) => fingerprint.sha256));
    const gone = this.positions.filter(
      (position) => !identities.has(identityOf(position)) && !fingerprints.has(position.fingerprint.sha256),
    );
    const next = new Map([
      ...gone.slice(-rememberGone).map((position) => [identityOf(position), position] as const),
      ...here,
    ]);
    this.#dirty ||= !sameOffsets(next, this.#positions);
    this.#positions = next;
  }

  /** False when a sink did not take the batch: it is held, and {@link retry} tries again. */
  async deliver(batch: Batch, signal: AbortSignal): Promise<boolean> {
    return this.#ship(batch, this.entries, signal);
  }

  /** Tries again what is held; true when nothing is any more. */
  async retry(signal: AbortSignal): Promise<boolean> {
    const held = this.#held;
    return held === undefined || this.#ship(held.batch, held.todo, signal);
  }

  async #ship(batch: Batch, entries: readonly SinkEntry[], signal: AbortSignal): Promise<boolean> {
    // Held already now: if the signal ends the delivery half-way, nobody may acknowledge what some sinks have.
    this.#held = { batch, todo: entries };
    const failed = await ship(batch.lines, entries, signal);
    const now = this.#input.clock.now();
    for (const entry of entries) this.#tell(entry);
    for (const entry of entries.filter((one) => !failed.includes(one))) {
      entry.shipped += batch.counts.parsed;
      entry.lastShippedAt = now;
    }
    this.#held = failed.length === 0 ? undefined : { batch, todo: failed };
    if (this.#held !== undefined) return false;
    this.#counts = addBatch(this.#counts, batch.counts, this.#input.maxFileSeries);
    this.#positions.set(identityOf(batch.position), batch.position);
    this.#dirty = true;
    return true;
  }

  /** One line when a sink begins to fail, one when it takes records again. */
  #tell({ sink, failures, error }: SinkEntry): void {
    const { metrics, logger } = this.#input;
    const was = this.#failing.has(sink.id);
    metrics.sinkUp.set({ sink: sink.id }, failures === 0 ? 1 : 0);
    if (failures > 0) metrics.sinkFailures.inc({ sink: sink.id });
    if (failures > 0 && !was) logger.warn({ sink: sink.id, error }, 'sink takes nothing');
    if (failures === 0 && was) logger.info({ sink: sink.id }, 'sink takes records again');
    if (failures > 0) this.#failing.add(sink.id);
    else this.#failing.delete(sink.id);
  }

  /**
   * Writes a checkpoint when there is something to write, and publishes the counts that it holds. None while a
   * batch is held: the marks of the sinks that have it already are ahead of the positions. None after
   * {@link FlushFailed} either: only a new start knows what the sink has.
   */
  async acknowledge(signal: AbortSignal): Promise<void> {
    if (!this.#dirty || this.held || this.#uncertain) return;
    const { metrics, clock } = this.#input;
    const counts = this.#counts;
    const positions = new Map(this.#positions);
    try {
      await acknowledge({ files: [...positions.values()], counts }, this.entries, this.#file, signal);
    } catch (error) {
      this.#uncertain = error instanceof FlushFailed;
      throw error;
    }
    this.#dirty = false;
    this.#durable = counts;
    this.#durablePositions = positions;
    this.#acknowledgedAtMs = clock.monotonicMs();
    metrics.checkpoints.inc();
    metrics.lastCheckpoint.set(clock.now().getTime() / 1_000);
    metrics.publish({ counts, sinks: new Map(this.entries.map(({ sink, shipped }) => [sink.id, shipped])) });
  }

  async close(): Promise<void> {
    await Promise.all(this.entries.map(({ sink }) => sink.close()));
  }
}

const sameOffsets = (a: ReadonlyMap<string, FilePosition>, b: ReadonlyMap<string, FilePosition>): boolean =>
  a.size === b.size &&
  [...a].every(([identity, { name, offsetBytes, fingerprint }]) => {
    const other = b.get(identity);
    return (
      other?.name === name &&
      other.offsetBytes === offsetBytes &&
      other.fingerprint.sha256 === fingerprint.sha256
    );
  });
